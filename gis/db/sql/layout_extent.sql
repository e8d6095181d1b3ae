-- Where a county lies, as far as anything says: its outline, else any grids, else its towns.
SELECT ST_XMin(box) AS west, ST_YMin(box) AS south, ST_XMax(box) AS east, ST_YMax(box) AS north
FROM (
  SELECT coalesce(
    (SELECT ST_Extent(outline) FROM county WHERE code = %(county_code)s),
    (SELECT ST_Extent(boundary_simple) FROM grid WHERE county_code = %(county_code)s),
    (SELECT ST_Extent(location) FROM town WHERE county_code = %(county_code)s)) AS box
) AS extent
WHERE box IS NOT NULL
