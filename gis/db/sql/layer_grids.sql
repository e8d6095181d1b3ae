-- The grids of a layout in the order of their codes, with what makes their counts comparable.
SELECT g.code, g.name, g.name_en, g.town_code, g.community_code, g.area_m2, g.population,
       g.households, ST_AsBinary(g.boundary) AS boundary
FROM grid g
WHERE g.layout_id = %(layout_id)s
ORDER BY g.code COLLATE "C"
