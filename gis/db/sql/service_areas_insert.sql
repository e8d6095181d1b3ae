INSERT INTO service_area (county_code, version_id, code, name, utility_code, category_code,
                          priority, hours, boundary, area_m2)
SELECT %(county_code)s, %(version_id)s, code, name, utility_code, category_code, priority, hours,
       shape, ST_Area(shape::geography)
FROM (
  SELECT sent.*, ST_Multi(ST_GeomFromWKB(sent.boundary, 4326)) AS shape
  FROM unnest(%(codes)s::text[], %(names)s::text[], %(utility_codes)s::text[],
              %(category_codes)s::text[], %(priorities)s::int[], %(hours)s::text[],
              %(boundaries)s::bytea[])
       AS sent (code, name, utility_code, category_code, priority, hours, boundary)
) AS row
ORDER BY code
