-- One waiting computation, or one whose worker was lost, for this worker alone.
UPDATE layer_job
SET status = 'running', leased_until = %(until)s, attempts = attempts + 1, done = 0
WHERE (county_code, id) = (
  SELECT county_code, id FROM layer_job
  WHERE status = 'waiting' OR (status = 'running' AND leased_until <= %(now)s)
  ORDER BY created_at, id
  LIMIT 1
  FOR UPDATE SKIP LOCKED)
RETURNING county_code, id, params, total, attempts
