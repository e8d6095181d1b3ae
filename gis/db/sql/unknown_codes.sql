-- Which of the codes a list is narrowed by mean nothing in the county. A grid of any layout counts:
-- an older link may name one that is retired, and then there is nothing to list.
SELECT asked.field, asked.kind, asked.code
FROM unnest(%(fields)s::text[], %(kinds)s::text[], %(codes)s::text[])
  WITH ORDINALITY AS asked (field, kind, code, place)
WHERE NOT CASE asked.kind
  WHEN 'category' THEN EXISTS (
    SELECT FROM category c WHERE c.county_code = %(county_code)s AND c.code = asked.code)
  WHEN 'tag' THEN EXISTS (
    SELECT FROM category c WHERE c.county_code = %(county_code)s AND asked.code = ANY (c.tags))
  WHEN 'town' THEN EXISTS (
    SELECT FROM town t WHERE t.county_code = %(county_code)s AND t.code = asked.code)
  WHEN 'grid' THEN EXISTS (
    SELECT FROM grid g WHERE g.county_code = %(county_code)s AND g.code = asked.code)
  WHEN 'utility' THEN EXISTS (
    SELECT FROM utility u WHERE u.county_code = %(county_code)s AND u.code = asked.code)
  ELSE EXISTS (
    SELECT FROM grid_staff s WHERE s.county_code = %(county_code)s AND s.id = asked.code::bigint)
END
ORDER BY asked.place
