WITH gone AS (
  DELETE FROM session WHERE expires_at < %(now)s OR idle_until < %(now)s RETURNING 1
)
SELECT count(*) AS pruned FROM gone
