INSERT INTO community (code, county_code, town_code, name, name_en)
SELECT code, %(county_code)s, town_code, name, name_en
FROM unnest(%(codes)s::text[], %(town_codes)s::text[], %(names)s::text[], %(names_en)s::text[])
     AS sent (code, town_code, name, name_en)
ORDER BY code
ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en
WHERE community.county_code = excluded.county_code AND excluded.name <> excluded.code
  AND community.name <> excluded.name
RETURNING code, (xmax = 0) AS created
