-- The last change that was told stays, however old: by it a reader knows whether it missed others.
WITH gone AS (
  DELETE FROM outbox WHERE at < %(before)s AND done_at IS NOT NULL
    AND id < (SELECT max(id) FROM outbox WHERE done_at IS NOT NULL)
  RETURNING 1
)
SELECT count(*) AS pruned FROM gone
