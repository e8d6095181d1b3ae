-- Boundaries come as WKB in EPSG:4326, exact and simplified for display.
INSERT INTO grid (layout_id, code, county_code, town_code, community_code, name, name_en,
                  boundary, boundary_simple, boundary_3857, area_m2,
                  population, households, party_branch, five_haves)
SELECT %(layout_id)s, code, %(county_code)s, town_code, community_code, name, name_en,
       shape, ST_Multi(ST_GeomFromWKB(simple, 4326)), ST_Transform(shape, 3857),
       ST_Area(shape::geography), population, households, party_branch, five_haves::jsonb
FROM (
  SELECT sent.*, ST_Multi(ST_GeomFromWKB(sent.boundary, 4326)) AS shape
  FROM unnest(%(codes)s::text[], %(names)s::text[], %(names_en)s::text[], %(town_codes)s::text[],
              %(community_codes)s::text[], %(boundaries)s::bytea[], %(simples)s::bytea[],
              %(populations)s::int[], %(households)s::int[], %(party_branches)s::text[],
              %(five_haves)s::text[])
       AS sent (code, name, name_en, town_code, community_code, boundary, simple, population,
                households, party_branch, five_haves)
) AS row
ORDER BY code
