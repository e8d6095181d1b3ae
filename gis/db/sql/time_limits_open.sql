-- A category's first limit of a stage holds since ever, a changed one from now on.
INSERT INTO time_limit (county_code, category_code, stage, amount, unit, valid_from)
SELECT %(county_code)s, sent.category_code, sent.stage, sent.amount, sent.unit,
       CASE WHEN EXISTS (SELECT FROM time_limit AS earlier
                         WHERE earlier.county_code = %(county_code)s
                           AND earlier.category_code = sent.category_code
                           AND earlier.stage = sent.stage)
            THEN %(now)s::timestamptz ELSE '2000-01-01T00:00:00Z'::timestamptz END
FROM unnest(%(category_codes)s::text[], %(stages)s::text[], %(amounts)s::float8[],
            %(units)s::text[]) AS sent (category_code, stage, amount, unit)
WHERE NOT EXISTS (SELECT FROM time_limit AS current
                  WHERE current.county_code = %(county_code)s
                    AND current.category_code = sent.category_code
                    AND current.stage = sent.stage AND current.valid_to IS NULL)
ORDER BY sent.category_code, sent.stage
RETURNING category_code AS code
