-- The photos of one visible report, oldest first.
SELECT p.sha256, p.stored_sha256, coalesce(p.stored_in, p.county_code) AS stored_in, p.width,
       p.height, p.bytes, p.at, a.name AS author, a.role AS author_role
FROM report r
JOIN photo p ON p.county_code = r.county_code AND p.report_id = r.id
LEFT JOIN account a ON a.id = p.account_id
WHERE r.county_code = %(county)s AND r.id = %(report)s AND r.audience && %(audience)s::text[]
ORDER BY p.at, p.sha256
