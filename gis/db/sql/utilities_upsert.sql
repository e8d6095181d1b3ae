INSERT INTO utility (county_code, code, name, name_en, kind, town_code, telephone)
SELECT %(county_code)s, code, name, name_en, kind, town_code, telephone
FROM unnest(%(codes)s::text[], %(names)s::text[], %(names_en)s::text[], %(kinds)s::text[],
            %(town_codes)s::text[], %(telephones)s::text[])
     AS sent (code, name, name_en, kind, town_code, telephone)
ORDER BY code
ON CONFLICT (county_code, code) DO UPDATE
SET name = excluded.name, name_en = excluded.name_en, kind = excluded.kind,
    town_code = excluded.town_code, telephone = excluded.telephone
WHERE (utility.name, utility.name_en, utility.kind, utility.town_code, utility.telephone)
  IS DISTINCT FROM (excluded.name, excluded.name_en, excluded.kind, excluded.town_code,
                    excluded.telephone)
RETURNING code, (xmax = 0) AS created
