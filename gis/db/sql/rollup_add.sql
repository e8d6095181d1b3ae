-- Rollups of a batch of new reports, as counted by the importer: by grid, category and day, and by
-- cell, category and month. In the order of the keys, so that two writers never deadlock.
WITH by_day AS MATERIALIZED (
  SELECT * FROM unnest(%(grids)s::text[], %(categories)s::text[], %(days)s::date[],
                       %(reports)s::int[]) AS row (grid_code, category_code, day_on, reports)
), total AS (
  INSERT INTO rollup_grid_total AS kept (county_code, layout_id, grid_code, category_code,
                                         reports)
  SELECT %(county)s::text, %(layout_id)s::bigint, grid_code, category_code, sum(reports)
  FROM by_day GROUP BY grid_code, category_code ORDER BY grid_code, category_code
  ON CONFLICT (county_code, layout_id, grid_code, category_code)
  DO UPDATE SET reports = kept.reports + excluded.reports
), month AS (
  INSERT INTO rollup_grid_month AS kept (county_code, layout_id, grid_code, category_code,
                                         month_on, reports)
  SELECT %(county)s::text, %(layout_id)s::bigint, grid_code, category_code,
         date_trunc('month', day_on)::date, sum(reports)
  FROM by_day GROUP BY grid_code, category_code, 5 ORDER BY grid_code, category_code, 5
  ON CONFLICT (county_code, layout_id, grid_code, category_code, month_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
), day AS (
  INSERT INTO rollup_grid_day AS kept (county_code, layout_id, grid_code, category_code, day_on,
                                       reports)
  SELECT %(county)s::text, %(layout_id)s::bigint, grid_code, category_code, day_on, reports
  FROM by_day ORDER BY grid_code, category_code, day_on
  ON CONFLICT (county_code, layout_id, grid_code, category_code, day_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
)
INSERT INTO rollup_cell_month AS kept (county_code, cell_x, cell_y, category_code, month_on,
                                       reports)
SELECT %(county)s::text, cell_x, cell_y, category_code, month_on, reports
FROM unnest(%(xs)s::int[], %(ys)s::int[], %(cell_categories)s::text[], %(months)s::date[],
            %(cell_reports)s::int[]) AS row (cell_x, cell_y, category_code, month_on, reports)
ORDER BY cell_x, cell_y, category_code, month_on
ON CONFLICT (county_code, cell_x, cell_y, category_code, month_on)
DO UPDATE SET reports = kept.reports + excluded.reports
