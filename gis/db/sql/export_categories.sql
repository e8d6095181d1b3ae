-- Categories with the limits in force, as `4 working_hours`, parents before their children.
SELECT category.code, category.parent_code, category.name, category.name_en,
       array_to_string(category.tags, ';') AS tags,
       array_to_string(category.keywords, ';') AS keywords, category.sensitive, category.level,
       category.position, limits.accept AS limit_accept, limits.check_in AS limit_check_in,
       limits.handle AS limit_handle, limits.verify AS limit_verify
FROM category
LEFT JOIN LATERAL (
  SELECT max(amount || ' ' || unit) FILTER (WHERE stage = 'accept') AS accept,
         max(amount || ' ' || unit) FILTER (WHERE stage = 'check_in') AS check_in,
         max(amount || ' ' || unit) FILTER (WHERE stage = 'handle') AS handle,
         max(amount || ' ' || unit) FILTER (WHERE stage = 'verify') AS verify
  FROM time_limit
  WHERE time_limit.county_code = category.county_code AND category_code = category.code
    AND valid_to IS NULL
) AS limits ON true
WHERE category.county_code = %(county_code)s
ORDER BY category.parent_code IS NOT NULL, category.position, category.code COLLATE "C"
