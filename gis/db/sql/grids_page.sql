-- A page of the active layout's grids, by code; one more than asked for says that there are more;
-- without a limit all of them.
SELECT l.name AS layout, g.code, g.name, g.name_en, g.town_code, g.community_code, g.area_m2, g.population,
       g.households
FROM grid_layout l
JOIN grid g ON g.layout_id = l.id
WHERE l.county_code = %(county_code)s AND l.status = 'active'
  AND g.code COLLATE "C" > %(after)s
  AND (%(town)s::text IS NULL OR g.town_code = %(town)s)
  AND (%(west)s::float8 IS NULL
       OR (g.boundary && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
           AND ST_Intersects(g.boundary, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326))))
ORDER BY g.code COLLATE "C"
LIMIT %(limit)s::bigint
