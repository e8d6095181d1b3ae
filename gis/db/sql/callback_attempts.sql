-- The attempts to reach the resident of one visible report, oldest first.
SELECT b.at, b.result, b.note, a.name AS author
FROM report r
JOIN callback b ON b.county_code = r.county_code AND b.report_id = r.id
JOIN account a ON a.id = b.account_id
WHERE r.county_code = %(county)s AND r.id = %(report)s AND r.audience && %(audience)s::text[]
ORDER BY b.at, b.id
