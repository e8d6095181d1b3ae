-- How a layout differs from the active one, and which staff it leaves without their grid.
WITH active AS (
  SELECT grid.* FROM grid JOIN grid_layout ON grid_layout.id = grid.layout_id
  WHERE grid_layout.county_code = %(county_code)s AND grid_layout.status = 'active'
), next AS (
  SELECT * FROM grid WHERE layout_id = %(layout_id)s
)
SELECT array(SELECT code FROM next WHERE code NOT IN (SELECT code FROM active) ORDER BY 1) AS added,
       array(SELECT code FROM active WHERE code NOT IN (SELECT code FROM next) ORDER BY 1) AS removed,
       array(SELECT next.code FROM next JOIN active USING (code)
             WHERE NOT ST_Equals(next.boundary, active.boundary) ORDER BY 1) AS redrawn,
       array(SELECT staff.code FROM grid_staff AS staff
             WHERE staff.county_code = %(county_code)s AND staff.grid_code IS NOT NULL
               AND (staff.valid_to IS NULL OR staff.valid_to >= %(today)s)
               AND staff.grid_code NOT IN (SELECT code FROM next) ORDER BY 1) AS staff_without_grid
