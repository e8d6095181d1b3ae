WITH gone AS (
  DELETE FROM outbox WHERE at < %(before)s RETURNING 1
)
SELECT count(*) AS pruned FROM gone
