-- Reports by id as GeoJSON features, in the order of lists; one value, passed on as it is.
SELECT coalesce(json_agg(json_build_object(
         'type', 'Feature',
         'id', r.county_code || '-' || r.id,
         'geometry', ST_AsGeoJSON(r.location, 7)::json,
         'properties', json_build_object(
           'id', r.county_code || '-' || r.id,
           'number', r.number,
           'status', r.status,
           'outcome', r.outcome,
           'category', r.category_code,
           'description', left(r.description, 120),
           'address', r.address,
           'urgent', r.urgent,
           'source', r.source,
           'level', r.level,
           'received_at', r.received_at,
           'due_at', r.due_at,
           'yellow_at', r.yellow_at,
           'light', CASE WHEN r.status = 'closed' OR r.due_at IS NULL THEN NULL
                         WHEN r.due_at <= %(now)s THEN 'red'
                         WHEN r.yellow_at <= %(now)s THEN 'yellow'
                         ELSE 'green' END,
           'version', r.version,
           'grid_code', r.grid_code,
           'town_code', r.town_code,
           'utility_code', r.utility_code,
           'merged_into', r.county_code || '-' || r.merged_into,
           'merged_count', r.merged_count,
           'reopen_requested', r.reopen_requested))
       ORDER BY r.received_at DESC, r.id DESC), '[]')::text AS features
FROM report r
WHERE r.county_code = %(county_code)s AND r.id = ANY(%(ids)s) AND r.audience && %(audience)s
