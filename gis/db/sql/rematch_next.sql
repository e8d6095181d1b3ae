-- The next reports that do not follow the given layout and service areas yet, by their ids.
SELECT id
FROM report
WHERE county_code = %(county)s::text AND id > %(after)s::uuid
  AND (layout_id IS DISTINCT FROM %(layout_id)s::bigint
       OR service_area_version_id IS DISTINCT FROM %(version_id)s::bigint)
ORDER BY id
LIMIT %(limit)s::int
