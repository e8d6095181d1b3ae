-- Names people know at each of some spots. A spot in a grid lies where the grid's reports of the
-- choice lie; places of the grid come first, then the nearest within 1 km.
WITH spot AS MATERIALIZED (
  SELECT given.position, given.grid_code,
         coalesce((
           SELECT ST_SetSRID(ST_MakePoint(avg(ST_X(r.location)), avg(ST_Y(r.location))), 4326)
           FROM report r
           WHERE r.county_code = %(county_code)s AND r.grid_code = given.grid_code
             AND r.received_at >= %(since)s::timestamptz AND r.received_at < %(until)s::timestamptz
             AND (%(codes)s::text[] IS NULL OR r.category_code = ANY (%(codes)s::text[]))
             AND coalesce(r.category_code, '') <> ALL (%(hidden)s::text[])
             AND r.location IS NOT NULL
           HAVING count(*) > 0),
           ST_SetSRID(ST_MakePoint(given.lon, given.lat), 4326)) AS location
  FROM unnest(%(positions)s::int[], %(grids)s::text[], %(lon)s::float8[], %(lat)s::float8[])
         AS given (position, grid_code, lon, lat)
)
SELECT spot.position, found.name, found.name_en
FROM spot
CROSS JOIN LATERAL (
  SELECT p.name, p.name_en, p.grid_code IS NOT DISTINCT FROM spot.grid_code AS inside,
         p.location <-> spot.location AS apart
  FROM place p
  WHERE p.county_code = %(county_code)s
    AND (p.grid_code = spot.grid_code OR p.location && ST_Expand(spot.location, 0.011, 0.009))
  ORDER BY inside DESC, apart, p.code
  LIMIT 3) AS found
ORDER BY spot.position, found.inside DESC, found.apart
