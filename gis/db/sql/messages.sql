-- The thread of one visible report, oldest first. One's own messages count as read.
SELECT m.id, m.at, m.author_role, m.author_name, m.utility_code, m.asked_of, m.text,
       m.account_id IS NOT DISTINCT FROM %(account)s::uuid AS own,
       m.account_id IS NOT DISTINCT FROM %(account)s::uuid
         OR m.at <= coalesce(seen.read_to, '-infinity') AS read
FROM report r
JOIN message m ON m.county_code = r.county_code AND m.report_id = r.id
LEFT JOIN message_read seen
  ON seen.county_code = r.county_code AND seen.report_id = r.id
 AND seen.account_id = %(account)s::uuid
WHERE r.county_code = %(county)s AND r.id = %(report)s AND r.audience && %(audience)s::text[]
ORDER BY m.at, m.id
