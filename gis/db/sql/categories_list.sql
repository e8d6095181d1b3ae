-- All categories of a county in their order: each parent before its children. A child of one that is no
-- longer offered is not offered either.
SELECT c.code, c.parent_code, c.name, c.name_en, c.tags, c.keywords, c.sensitive, c.counted_apart,
       c.level, c.disabled_at IS NULL AND p.disabled_at IS NULL AS enabled
FROM category c
LEFT JOIN category p ON p.county_code = c.county_code AND p.code = c.parent_code
WHERE c.county_code = %(county_code)s
ORDER BY coalesce(p.position, c.position), coalesce(p.code, c.code) COLLATE "C", c.parent_code IS NOT NULL,
         c.position, c.code COLLATE "C"
