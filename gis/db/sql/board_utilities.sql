-- Bodies that have the most to make up for: open work of their own, late or waiting the longest.
SELECT u.code, u.name, u.name_en, count(*) AS open,
       count(*) FILTER (WHERE r.due_at <= %(now)s) AS overdue,
       count(*) FILTER (WHERE a.status = 'waiting') AS waiting,
       floor(extract(epoch FROM %(now)s::timestamptz - min(a.assigned_at)) / 60)::bigint AS oldest_minutes
FROM report r
JOIN assignment a ON a.county_code = r.county_code AND a.report_id = r.id AND a.round = r.round
  AND a.role = 'lead' AND a.status IN ('waiting', 'handling')
JOIN utility u ON u.county_code = a.county_code AND u.code = a.utility_code
WHERE r.county_code = %(county)s AND r.audience && %(audience)s::text[]
  AND r.status IN ('dispatched', 'handling') AND r.merged_into IS NULL
GROUP BY u.code, u.name, u.name_en
ORDER BY overdue DESC, oldest_minutes DESC, u.code
LIMIT %(most)s
