-- How reports of each category of a county cluster: its own rule, or that of its first level. One is
-- sensitive by its own mark or by that of its first level.
SELECT c.code, c.name, c.name_en, c.sensitive OR coalesce(p.sensitive, false) AS sensitive,
       coalesce(c.parent_code, c.code) AS group_code,
       coalesce(p.name, c.name) AS group_name, coalesce(p.name_en, c.name_en) AS group_name_en,
       o.category_code IS NOT NULL AS own_rule, g.category_code IS NOT NULL AS group_rule,
       coalesce(g.together, false) AND o.category_code IS NULL AS together,
       coalesce(o.distance_m, g.distance_m) AS distance_m, coalesce(o.hours, g.hours) AS hours,
       CASE WHEN o.category_code IS NULL THEN g.least ELSE o.least END AS least
FROM category c
LEFT JOIN category p ON p.county_code = c.county_code AND p.code = c.parent_code
LEFT JOIN cluster_rule o ON o.county_code = c.county_code AND o.category_code = c.code
LEFT JOIN cluster_rule g
  ON g.county_code = c.county_code AND g.category_code = coalesce(c.parent_code, c.code)
WHERE c.county_code = %(county)s
