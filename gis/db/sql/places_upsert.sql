-- A place without a grid of its own gets the one that covers it, the lowest code on a shared edge.
INSERT INTO place (county_code, code, kind, name, name_en, pinyin, address, location, grid_code)
SELECT %(county_code)s, code, kind, name, name_en, pinyin, address, location,
       coalesce(grid_code, (
         SELECT min(grid.code COLLATE "C")
         FROM grid JOIN grid_layout ON grid_layout.id = grid.layout_id
         WHERE grid_layout.county_code = %(county_code)s AND grid_layout.status = 'active'
           AND grid.boundary && location AND ST_Covers(grid.boundary, location)))
FROM (
  SELECT sent.*, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS location
  FROM unnest(%(codes)s::text[], %(kinds)s::text[], %(names)s::text[], %(names_en)s::text[],
              %(pinyins)s::text[], %(addresses)s::text[], %(lons)s::float8[], %(lats)s::float8[],
              %(grid_codes)s::text[])
       AS sent (code, kind, name, name_en, pinyin, address, lon, lat, grid_code)
) AS row
ORDER BY code
ON CONFLICT (county_code, code) DO UPDATE
SET kind = excluded.kind, name = excluded.name, name_en = excluded.name_en,
    pinyin = excluded.pinyin, address = excluded.address, location = excluded.location,
    grid_code = excluded.grid_code
WHERE (place.kind, place.name, place.name_en, place.pinyin, place.address, place.grid_code)
  IS DISTINCT FROM (excluded.kind, excluded.name, excluded.name_en, excluded.pinyin,
                    excluded.address, excluded.grid_code)
   OR NOT place.location = excluded.location
RETURNING code, (xmax = 0) AS created
