-- The categories of the sent utilities are exactly the sent ones; returns the utilities changed.
WITH sent AS (
  SELECT * FROM unnest(%(utility_codes)s::text[], %(category_codes)s::text[])
                AS sent (utility_code, category_code)
), gone AS (
  DELETE FROM utility_category
  WHERE county_code = %(county_code)s AND utility_code = ANY (%(codes)s::text[])
    AND (utility_code, category_code) NOT IN (SELECT utility_code, category_code FROM sent)
  RETURNING utility_code
), added AS (
  INSERT INTO utility_category (county_code, utility_code, category_code)
  SELECT %(county_code)s, utility_code, category_code FROM sent
  ORDER BY utility_code, category_code
  ON CONFLICT DO NOTHING
  RETURNING utility_code
)
SELECT utility_code AS code FROM gone UNION SELECT utility_code FROM added
