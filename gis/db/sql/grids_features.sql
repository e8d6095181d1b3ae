-- Grids of the active layout as GeoJSON features, simplified as a coverage so that neighbours keep
-- one border; the box selects grids, it does not cut them.
SELECT l.name AS layout,
       (SELECT coalesce(json_agg(json_build_object(
                 'type', 'Feature',
                 'id', g.code,
                 'geometry', ST_AsGeoJSON(g.boundary_simple, 6)::json,
                 'properties', json_build_object(
                   'code', g.code, 'name', g.name, 'name_en', g.name_en,
                   'town_code', g.town_code, 'community_code', g.community_code,
                   'area_m2', g.area_m2, 'population', g.population, 'households', g.households,
                   'label_point', json_build_array(
                     round(ST_X(p.inside)::numeric, 6), round(ST_Y(p.inside)::numeric, 6))))
               ORDER BY g.code COLLATE "C"), '[]')
        FROM grid g
        CROSS JOIN LATERAL (SELECT ST_PointOnSurface(g.boundary_simple) AS inside) AS p
        WHERE g.layout_id = l.id
          AND (%(town)s::text IS NULL OR g.town_code = %(town)s)
          AND (%(west)s::float8 IS NULL
               OR (g.boundary && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
                   AND ST_Intersects(g.boundary,
                                     ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)))))::text
         AS features
FROM grid_layout l
WHERE l.county_code = %(county_code)s AND l.status = 'active'
