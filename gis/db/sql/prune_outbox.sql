WITH gone AS (
  DELETE FROM outbox WHERE at < %(before)s AND done_at IS NOT NULL RETURNING 1
)
SELECT count(*) AS pruned FROM gone
