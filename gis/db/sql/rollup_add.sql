-- Rollups of a batch of new reports, as counted by the importer: by grid, category and day, and by
-- cell, category and month. Tables and keys in the order of all writers, so that two never deadlock.
WITH sent AS MATERIALIZED (
  SELECT * FROM unnest(%(grids)s::text[], %(categories)s::text[], %(days)s::date[],
                       %(reports)s::int[]) AS row (grid_code, category_code, day_on, reports)
), apart AS MATERIALIZED (
  SELECT code FROM category WHERE county_code = %(county)s::text AND counted_apart
), by_day AS MATERIALIZED (
  SELECT *, date_trunc('month', day_on)::date AS month_on,
         CASE WHEN category_code IN (TABLE apart) THEN reports ELSE 0 END AS sensitive
  FROM sent WHERE grid_code IS NOT NULL
), by_cell AS MATERIALIZED (
  SELECT *, cell_x >> 1 AS square_x, cell_y >> 1 AS square_y,
         CASE WHEN category_code IN (TABLE apart) THEN reports ELSE 0 END AS sensitive
  FROM unnest(%(xs)s::int[], %(ys)s::int[], %(cell_categories)s::text[], %(months)s::date[],
              %(cell_reports)s::int[]) AS row (cell_x, cell_y, category_code, month_on, reports)
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
  SELECT %(county)s::text, %(layout_id)s::bigint, grid_code, category_code, month_on,
         sum(reports)
  FROM by_day GROUP BY grid_code, category_code, month_on
  ORDER BY grid_code, category_code, month_on
  ON CONFLICT (county_code, layout_id, grid_code, category_code, month_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
), day AS (
  INSERT INTO rollup_grid_day AS kept (county_code, layout_id, grid_code, category_code, day_on,
                                       reports)
  SELECT %(county)s::text, %(layout_id)s::bigint, grid_code, category_code, day_on, reports
  FROM by_day ORDER BY grid_code, category_code, day_on
  ON CONFLICT (county_code, layout_id, grid_code, category_code, day_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
), cell AS (
  INSERT INTO rollup_cell_month AS kept (county_code, cell_x, cell_y, category_code, month_on,
                                         reports)
  SELECT %(county)s::text, cell_x, cell_y, category_code, month_on, reports
  FROM by_cell ORDER BY cell_x, cell_y, category_code, month_on
  ON CONFLICT (county_code, cell_x, cell_y, category_code, month_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
), total_all AS (
  INSERT INTO rollup_grid_total_all AS kept (county_code, layout_id, grid_code,
    reports, sensitive)
  SELECT %(county)s::text, %(layout_id)s::bigint, grid_code, sum(reports), sum(sensitive)
  FROM by_day GROUP BY grid_code ORDER BY grid_code
  ON CONFLICT (county_code, layout_id, grid_code)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), month_all AS (
  INSERT INTO rollup_grid_month_all AS kept (county_code, layout_id, month_on, grid_code,
    reports, sensitive)
  SELECT %(county)s::text, %(layout_id)s::bigint, month_on, grid_code, sum(reports), sum(sensitive)
  FROM by_day GROUP BY month_on, grid_code ORDER BY month_on, grid_code
  ON CONFLICT (county_code, layout_id, month_on, grid_code)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), day_all AS (
  INSERT INTO rollup_grid_day_all AS kept (county_code, layout_id, day_on, grid_code,
    reports, sensitive)
  SELECT %(county)s::text, %(layout_id)s::bigint, day_on, grid_code, sum(reports), sum(sensitive)
  FROM by_day GROUP BY day_on, grid_code ORDER BY day_on, grid_code
  ON CONFLICT (county_code, layout_id, day_on, grid_code)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), cell_all AS (
  INSERT INTO rollup_cell_month_all AS kept (county_code, month_on, cell_x, cell_y,
    reports, sensitive)
  SELECT %(county)s::text, month_on, cell_x, cell_y, sum(reports), sum(sensitive)
  FROM by_cell GROUP BY month_on, cell_x, cell_y ORDER BY month_on, cell_x, cell_y
  ON CONFLICT (county_code, month_on, cell_x, cell_y)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), square_all AS (
  INSERT INTO rollup_square_month_all AS kept (county_code, month_on, square_x, square_y,
    reports, sensitive)
  SELECT %(county)s::text, month_on, square_x, square_y, sum(reports), sum(sensitive)
  FROM by_cell GROUP BY month_on, square_x, square_y ORDER BY month_on, square_x, square_y
  ON CONFLICT (county_code, month_on, square_x, square_y)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), outside AS (
  INSERT INTO rollup_outside_day AS kept (county_code, layout_id, day_on, category_code, reports)
  SELECT %(county)s::text, %(layout_id)s::bigint, day_on, category_code, reports
  FROM sent WHERE grid_code IS NULL AND %(layout_id)s::bigint IS NOT NULL
  ORDER BY day_on, category_code
  ON CONFLICT (county_code, layout_id, day_on, category_code)
  DO UPDATE SET reports = kept.reports + excluded.reports
)
SELECT count(*) AS counts FROM sent
