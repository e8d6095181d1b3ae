-- All towns of a county, by code, with the number of grids in force.
SELECT t.code, t.name, t.name_en, t.kind,
       (SELECT count(*) FROM grid g JOIN grid_layout l ON l.id = g.layout_id
        WHERE l.county_code = t.county_code AND l.status = 'active' AND g.town_code = t.code) AS grids
FROM town t
WHERE t.county_code = %(county_code)s
ORDER BY t.code
