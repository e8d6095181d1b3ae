-- Utilities with the categories they list; lowest code first.
SELECT utility.code, utility.name, utility.name_en, utility.kind, utility.town_code,
       ARRAY(SELECT listed.category_code FROM utility_category AS listed
             WHERE listed.county_code = utility.county_code
               AND listed.utility_code = utility.code) AS categories
FROM utility
WHERE utility.county_code = %(county)s::text
ORDER BY utility.code COLLATE "C"
