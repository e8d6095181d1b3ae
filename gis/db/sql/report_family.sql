-- The report that one was merged into, and those merged into it, the first received first; only
-- those the actor may read.
SELECT o.county_code || '-' || o.id AS id, o.number, left(o.description, 120) AS description,
       o.status, o.received_at, o.address, o.source, o.merged_into IS NOT DISTINCT FROM r.id AS merged
FROM report r
JOIN report o
  ON o.county_code = r.county_code AND (o.merged_into = r.id OR o.id = r.merged_into)
WHERE r.county_code = %(county)s AND r.id = %(report)s AND r.audience && %(audience)s::text[]
  AND o.audience && %(audience)s::text[]
ORDER BY o.received_at, o.id
