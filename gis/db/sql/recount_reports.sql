-- Rollups after reports changed: each row takes one report out of a count (-1) or into one (+1).
-- Rows of one report that changes neither grid, category, day nor cell cancel each other out.
-- Tables in the order in which all writers, and whoever locks them, come to them.
WITH moved AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(moves)s::jsonb) AS row (
    layout_id bigint, grid_code text, category_code text, received_on date, cell_x int,
    cell_y int, reports int)
), total AS (
  INSERT INTO rollup_grid_total AS kept (county_code, layout_id, grid_code, category_code,
                                         reports)
  SELECT %(county)s::text, layout_id, grid_code, category_code, sum(reports)
  FROM moved WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, grid_code, category_code HAVING sum(reports) <> 0
  ORDER BY layout_id, grid_code, category_code
  ON CONFLICT (county_code, layout_id, grid_code, category_code)
  DO UPDATE SET reports = kept.reports + excluded.reports
), month AS (
  INSERT INTO rollup_grid_month AS kept (county_code, layout_id, grid_code, category_code,
                                         month_on, reports)
  SELECT %(county)s::text, layout_id, grid_code, category_code,
         date_trunc('month', received_on)::date, sum(reports)
  FROM moved WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, grid_code, category_code, 5 HAVING sum(reports) <> 0
  ORDER BY layout_id, grid_code, category_code, 5
  ON CONFLICT (county_code, layout_id, grid_code, category_code, month_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
), day AS (
  INSERT INTO rollup_grid_day AS kept (county_code, layout_id, grid_code, category_code, day_on,
                                       reports)
  SELECT %(county)s::text, layout_id, grid_code, category_code, received_on, sum(reports)
  FROM moved WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, grid_code, category_code, received_on HAVING sum(reports) <> 0
  ORDER BY layout_id, grid_code, category_code, received_on
  ON CONFLICT (county_code, layout_id, grid_code, category_code, day_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
), cell AS (
  INSERT INTO rollup_cell_month AS kept (county_code, cell_x, cell_y, category_code, month_on,
                                         reports)
  SELECT %(county)s::text, cell_x, cell_y, category_code,
         date_trunc('month', received_on)::date, sum(reports)
  FROM moved WHERE cell_x IS NOT NULL
  GROUP BY cell_x, cell_y, category_code, 5 HAVING sum(reports) <> 0
  ORDER BY cell_x, cell_y, category_code, 5
  ON CONFLICT (county_code, cell_x, cell_y, category_code, month_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
), counted AS (
  SELECT moved.*, date_trunc('month', received_on)::date AS month_on, cell_x >> 1 AS square_x,
         cell_y >> 1 AS square_y,
         CASE WHEN category.counted_apart THEN reports ELSE 0 END AS sensitive
  FROM moved LEFT JOIN category
    ON category.county_code = %(county)s::text AND category.code = moved.category_code
), total_all AS (
  INSERT INTO rollup_grid_total_all AS kept (county_code, layout_id, grid_code,
    reports, sensitive)
  SELECT %(county)s::text, layout_id, grid_code, sum(reports), sum(sensitive)
  FROM counted WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, grid_code HAVING sum(reports) <> 0 OR sum(sensitive) <> 0
  ORDER BY layout_id, grid_code
  ON CONFLICT (county_code, layout_id, grid_code)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), month_all AS (
  INSERT INTO rollup_grid_month_all AS kept (county_code, layout_id, month_on, grid_code,
    reports, sensitive)
  SELECT %(county)s::text, layout_id, month_on, grid_code, sum(reports), sum(sensitive)
  FROM counted WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, month_on, grid_code HAVING sum(reports) <> 0 OR sum(sensitive) <> 0
  ORDER BY layout_id, month_on, grid_code
  ON CONFLICT (county_code, layout_id, month_on, grid_code)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), day_all AS (
  INSERT INTO rollup_grid_day_all AS kept (county_code, layout_id, day_on, grid_code,
    reports, sensitive)
  SELECT %(county)s::text, layout_id, received_on AS day_on, grid_code, sum(reports), sum(sensitive)
  FROM counted WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, received_on, grid_code HAVING sum(reports) <> 0 OR sum(sensitive) <> 0
  ORDER BY layout_id, received_on, grid_code
  ON CONFLICT (county_code, layout_id, day_on, grid_code)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), cell_all AS (
  INSERT INTO rollup_cell_month_all AS kept (county_code, month_on, cell_x, cell_y,
    reports, sensitive)
  SELECT %(county)s::text, month_on, cell_x, cell_y, sum(reports), sum(sensitive)
  FROM counted WHERE cell_x IS NOT NULL
  GROUP BY month_on, cell_x, cell_y HAVING sum(reports) <> 0 OR sum(sensitive) <> 0
  ORDER BY month_on, cell_x, cell_y
  ON CONFLICT (county_code, month_on, cell_x, cell_y)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), square_all AS (
  INSERT INTO rollup_square_month_all AS kept (county_code, month_on, square_x, square_y,
    reports, sensitive)
  SELECT %(county)s::text, month_on, square_x, square_y, sum(reports), sum(sensitive)
  FROM counted WHERE cell_x IS NOT NULL
  GROUP BY month_on, square_x, square_y HAVING sum(reports) <> 0 OR sum(sensitive) <> 0
  ORDER BY month_on, square_x, square_y
  ON CONFLICT (county_code, month_on, square_x, square_y)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), outside AS (
  INSERT INTO rollup_outside_day AS kept (county_code, layout_id, day_on, category_code, reports)
  SELECT %(county)s::text, layout_id, received_on, category_code, sum(reports)
  FROM moved WHERE layout_id IS NOT NULL AND grid_code IS NULL
  GROUP BY layout_id, received_on, category_code HAVING sum(reports) <> 0
  ORDER BY layout_id, received_on, category_code
  ON CONFLICT (county_code, layout_id, day_on, category_code)
  DO UPDATE SET reports = kept.reports + excluded.reports
)
SELECT count(*) AS moves FROM moved
