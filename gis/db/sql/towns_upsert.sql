-- Adds towns and takes over names that are given; a town of another county is left alone.
INSERT INTO town (code, county_code, name, name_en, kind)
SELECT code, %(county_code)s, name, name_en, kind
FROM unnest(%(codes)s::text[], %(names)s::text[], %(names_en)s::text[], %(kinds)s::text[])
     AS sent (code, name, name_en, kind)
ORDER BY code
ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en
WHERE town.county_code = excluded.county_code AND excluded.name <> excluded.code
  AND town.name <> excluded.name
RETURNING code, (xmax = 0) AS created
