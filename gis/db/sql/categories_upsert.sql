INSERT INTO category (county_code, code, parent_code, name, name_en, tags, keywords, sensitive,
                      level, position)
SELECT %(county_code)s, code, parent_code, name, name_en, string_to_array(tags, E'\n'),
       string_to_array(keywords, E'\n'), sensitive, level, position
FROM unnest(%(codes)s::text[], %(parent_codes)s::text[], %(names)s::text[], %(names_en)s::text[],
            %(tags)s::text[], %(keywords)s::text[], %(sensitive)s::bool[], %(levels)s::text[],
            %(positions)s::int[])
     AS sent (code, parent_code, name, name_en, tags, keywords, sensitive, level, position)
ORDER BY code
ON CONFLICT (county_code, code) DO UPDATE
SET parent_code = excluded.parent_code, name = excluded.name, name_en = excluded.name_en,
    tags = excluded.tags, keywords = excluded.keywords, sensitive = excluded.sensitive,
    level = excluded.level, position = excluded.position
WHERE (category.parent_code, category.name, category.name_en, category.tags, category.keywords,
       category.sensitive, category.level, category.position)
  IS DISTINCT FROM
      (excluded.parent_code, excluded.name, excluded.name_en, excluded.tags, excluded.keywords,
       excluded.sensitive, excluded.level, excluded.position)
RETURNING code, (xmax = 0) AS created
