-- What another county has to be told of a report: where it is, what was said, and who said it.
-- The category only if that county has it too; a place by its position, a grid by its name.
SELECT r.description, r.captured_at, r.urgent, r.reporter_name, r.reporter_phone,
       ST_X(p) AS lon, ST_Y(p) AS lat,
       concat_ws(' ', c.name, coalesce(nullif(r.place_text, ''), place.name, grid.name)) AS place_text,
       (SELECT code FROM category
        WHERE county_code = %(there)s AND code = r.category_code) AS category_code,
       c.name AS county_name, c.name_en AS county_name_en
FROM report r
JOIN county c ON c.code = r.county_code
LEFT JOIN place ON place.county_code = r.county_code AND place.code = r.place_code
LEFT JOIN grid ON grid.layout_id = r.layout_id AND grid.code = r.grid_code,
LATERAL (SELECT coalesce(r.location, place.location) AS p) AS spot
WHERE r.county_code = %(county)s AND r.id = %(id)s
