-- Rows of the outbox for one worker: those nobody holds, oldest first, tried once more each.
UPDATE outbox
SET leased_until = %(until)s, attempts = attempts + 1
WHERE id IN (
  SELECT id FROM outbox
  WHERE done_at IS NULL AND attempts < %(attempts)s
    AND (leased_until IS NULL OR leased_until <= %(now)s)
  ORDER BY id
  LIMIT %(most)s
  FOR UPDATE SKIP LOCKED)
RETURNING id, county_code, report_id, version, action, event_id, attempts
