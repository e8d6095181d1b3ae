-- All layouts of a county with their numbers of grids, the newest first.
SELECT grid_layout.id, grid_layout.name, grid_layout.status, grid_layout.effective_on,
       grid_layout.source, grid_layout.created_at, grid_layout.activated_at,
       (SELECT count(*) FROM grid WHERE grid.layout_id = grid_layout.id) AS grids
FROM grid_layout
WHERE county_code = %(county_code)s::text
ORDER BY id DESC
