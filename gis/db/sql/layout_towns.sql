-- What hangs on the active layout: towns are the union of their grids, as the map shows them.
UPDATE town SET boundary = joined.boundary, location = coalesce(town.location, joined.middle)
FROM (
  SELECT town_code, ST_Multi(ST_Union(boundary_simple)) AS boundary,
         ST_PointOnSurface(ST_Union(boundary_simple)) AS middle
  FROM grid WHERE layout_id = %(layout_id)s AND town_code IS NOT NULL
  GROUP BY town_code
) AS joined
WHERE town.county_code = %(county_code)s AND town.code = joined.town_code
