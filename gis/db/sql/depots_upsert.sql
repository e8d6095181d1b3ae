INSERT INTO depot (county_code, utility_code, code, name, name_en, location)
SELECT %(county_code)s, utility_code, code, name, name_en,
       ST_SetSRID(ST_MakePoint(lon, lat), 4326)
FROM unnest(%(utility_codes)s::text[], %(codes)s::text[], %(names)s::text[], %(names_en)s::text[],
            %(lons)s::float8[], %(lats)s::float8[])
     AS sent (utility_code, code, name, name_en, lon, lat)
ORDER BY utility_code, code
ON CONFLICT (county_code, utility_code, code) DO UPDATE
SET name = excluded.name, name_en = excluded.name_en, location = excluded.location
WHERE (depot.name, depot.name_en) IS DISTINCT FROM (excluded.name, excluded.name_en)
   OR NOT depot.location = excluded.location
RETURNING utility_code AS code
