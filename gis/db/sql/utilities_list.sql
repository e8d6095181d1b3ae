-- All utilities of a county, by code, with the categories they handle.
SELECT u.code, u.name, u.name_en, u.kind, u.town_code,
       ARRAY(SELECT h.category_code FROM utility_category h
             WHERE h.county_code = u.county_code AND h.utility_code = u.code ORDER BY 1) AS categories
FROM utility u
WHERE u.county_code = %(county_code)s
ORDER BY u.code COLLATE "C"
