-- Categories as administrators keep them: with the limits in force and the cluster rule of their own.
SELECT c.code, c.parent_code, c.name, c.name_en, c.tags, c.keywords, c.sensitive, c.level, c.position,
       c.disabled_at IS NULL AS enabled,
       (SELECT coalesce(jsonb_object_agg(l.stage, jsonb_build_object('amount', l.amount, 'unit', l.unit)), '{}')
        FROM time_limit l
        WHERE l.county_code = c.county_code AND l.category_code = c.code AND l.valid_to IS NULL) AS limits,
       (SELECT jsonb_build_object('distance_m', r.distance_m, 'minutes', round((r.hours * 60)::numeric),
                                  'least', r.least, 'together', r.together)
        FROM cluster_rule r WHERE r.county_code = c.county_code AND r.category_code = c.code) AS cluster
FROM category c
LEFT JOIN category p ON p.county_code = c.county_code AND p.code = c.parent_code
WHERE c.county_code = %(county_code)s
ORDER BY coalesce(p.position, c.position), coalesce(p.code, c.code) COLLATE "C", c.parent_code IS NOT NULL,
         c.position, c.code COLLATE "C"
