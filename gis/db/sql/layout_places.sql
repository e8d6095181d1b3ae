-- The grid of each place in the active layout; on a shared edge the lowest code, as for reports.
UPDATE place
SET grid_code = (
  SELECT min(grid.code COLLATE "C") FROM grid
  WHERE grid.layout_id = %(layout_id)s AND grid.boundary && place.location
    AND ST_Covers(grid.boundary, place.location)
)
WHERE county_code = %(county_code)s
