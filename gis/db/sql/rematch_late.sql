-- Reports that came in, or were moved by hand, while the others were rematched: new ones, and of
-- older ones those that are open or were closed since; nobody moves what was closed before.
SELECT id
FROM report
WHERE county_code = %(county)s::text AND id > %(after)s::uuid
  AND (layout_id IS DISTINCT FROM %(layout_id)s::bigint
       OR service_area_version_id IS DISTINCT FROM %(version_id)s::bigint)
UNION
SELECT id
FROM report
WHERE county_code = %(county)s::text AND status <> 'closed'
  AND (layout_id IS DISTINCT FROM %(layout_id)s::bigint
       OR service_area_version_id IS DISTINCT FROM %(version_id)s::bigint)
UNION
SELECT id
FROM report
WHERE county_code = %(county)s::text AND closed_at >= %(since)s::timestamptz
  AND (layout_id IS DISTINCT FROM %(layout_id)s::bigint
       OR service_area_version_id IS DISTINCT FROM %(version_id)s::bigint)
ORDER BY id
LIMIT %(limit)s::int
