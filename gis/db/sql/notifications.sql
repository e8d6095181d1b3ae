-- An account's notices, newest first; those of reports it may no longer read are left out.
SELECT n.id, n.report_id, r.number, r.category_code, r.status, n.event_id, n.outbox_id, n.action, n.details,
       n.at, n.read_at, n.withdrawn_at, e.actor_name, e.actor_role
FROM notification n
JOIN report r ON r.county_code = n.county_code AND r.id = n.report_id
LEFT JOIN report_event e
  ON e.county_code = n.county_code AND e.report_id = n.report_id AND e.id = n.event_id
WHERE n.county_code = %(county)s AND n.account_id = %(account)s
  AND r.audience && %(audience)s::text[]
  AND (NOT %(unread)s OR (n.read_at IS NULL AND n.withdrawn_at IS NULL))
ORDER BY n.at DESC, n.id DESC
LIMIT %(most)s
