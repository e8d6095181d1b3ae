-- The grids of one layout for matching many points; lowest code first.
SELECT grid.code, grid.name, grid.name_en, grid.town_code, grid.community_code,
       town.name AS town_name, town.name_en AS town_name_en,
       ST_AsBinary(grid.boundary) AS boundary
FROM grid LEFT JOIN town ON town.code = grid.town_code
WHERE grid.layout_id = %(layout_id)s::bigint
ORDER BY grid.code COLLATE "C"
