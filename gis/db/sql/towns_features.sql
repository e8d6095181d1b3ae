-- All towns of a county as GeoJSON features, by code.
SELECT coalesce(json_agg(json_build_object(
         'type', 'Feature',
         'id', t.code,
         'geometry', ST_AsGeoJSON(t.boundary, 6)::json,
         'properties', json_build_object(
           'code', t.code, 'name', t.name, 'name_en', t.name_en, 'kind', t.kind,
           'grids', (SELECT count(*) FROM grid g JOIN grid_layout l ON l.id = g.layout_id
                     WHERE l.county_code = t.county_code AND l.status = 'active' AND g.town_code = t.code),
           'label_point', CASE WHEN p.inside IS NULL THEN NULL ELSE json_build_array(
             round(ST_X(p.inside)::numeric, 6), round(ST_Y(p.inside)::numeric, 6)) END))
       ORDER BY t.code), '[]')::text AS features
FROM town t
CROSS JOIN LATERAL (SELECT coalesce(t.location, ST_PointOnSurface(t.boundary)) AS inside) AS p
WHERE t.county_code = %(county_code)s
