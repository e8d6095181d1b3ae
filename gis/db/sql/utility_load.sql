-- How many open reports each of some bodies has in hand as the lead, and how many of them are late.
SELECT a.utility_code, count(*) AS open, count(*) FILTER (WHERE r.due_at <= %(now)s) AS overdue
FROM assignment a
JOIN report r ON r.county_code = a.county_code AND r.id = a.report_id
WHERE a.county_code = %(county)s AND a.utility_code = ANY(%(codes)s::text[])
  AND a.role = 'lead' AND a.status IN ('waiting', 'handling') AND a.round = r.round
  AND r.status <> 'closed' AND r.merged_into IS NULL AND r.audience && %(audience)s::text[]
GROUP BY a.utility_code
