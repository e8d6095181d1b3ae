-- Reports with their first event, accept clock, outbox row and rollups; one, or a batch.
--
-- Rows whose client id the county has already are left out and not returned: no SELECT comes
-- first, so two senders of one client id cannot both succeed. Nothing is written, and `current`
-- is false, where a layout or the service areas changed since the match.
WITH held AS MATERIALIZED (
  SELECT (SELECT id FROM grid_layout WHERE county_code = %(county)s::text AND status = 'active')
           IS NOT DISTINCT FROM %(layout_id)s::bigint
     AND (SELECT id FROM service_area_version
          WHERE county_code = %(county)s::text AND status = 'active')
           IS NOT DISTINCT FROM %(version_id)s::bigint AS current
), sent AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(reports)s::jsonb) AS row (
    id uuid, number text, client_id uuid, body_sha256 text, account_id uuid, level text,
    category_code text, description text, address text, urgent boolean, source text,
    source_number text, reporter_name text, reporter_phone text, lon float8, lat float8,
    accuracy_m float8, crs text, place_code text, place_text text, cell_x int, cell_y int,
    captured_at timestamptz, received_at timestamptz, received_on date, town_code text,
    grid_code text, grid_method text, grid_distance_m float8, confidence float8,
    candidates jsonb, staff_id bigint, staff_method text, staff_all jsonb, utility_code text,
    utility_method text, utility_distance_m float8, reason jsonb, audience text[],
    event_id uuid, actor_role text, actor_name text, routed jsonb,
    clock_id uuid, yellow_at timestamptz, due_at timestamptz, escalate_at timestamptz,
    limit_id bigint, limit_amount float8, limit_unit text)
), written AS (
  INSERT INTO report (
    county_code, id, number, client_id, body_sha256, account_id, level, category_code,
    description, address, urgent, source, source_number, reporter_name, reporter_phone,
    location, accuracy_m, crs, place_code, place_text, cell_x, cell_y, captured_at, received_at,
    received_on, due_at, yellow_at, layout_id, service_area_version_id, town_code, grid_code,
    grid_method, grid_distance_m, confidence, candidates, staff_id, staff_method, staff_all,
    utility_code, utility_method, utility_distance_m, reason, audience)
  SELECT
    %(county)s::text, id, number, client_id, body_sha256, account_id, level, category_code,
    description, address, urgent, source, source_number, reporter_name, reporter_phone,
    ST_SetSRID(ST_MakePoint(lon, lat), 4326), accuracy_m, crs, place_code, place_text, cell_x,
    cell_y, captured_at, received_at, received_on, due_at, yellow_at, %(layout_id)s::bigint,
    %(version_id)s::bigint, town_code, grid_code, grid_method, grid_distance_m, confidence,
    candidates, staff_id, staff_method, staff_all, utility_code, utility_method,
    utility_distance_m, reason, audience
  FROM sent, held
  WHERE held.current
  ON CONFLICT (county_code, client_id) DO NOTHING
  RETURNING id, category_code, layout_id, grid_code, received_on, cell_x, cell_y
), event AS (
  INSERT INTO report_event (county_code, report_id, id, version, action, status_before,
                            status_after, account_id, actor_role, actor_name, at, details)
  SELECT %(county)s::text, sent.id, sent.event_id, 1, 'received', NULL, 'received',
         sent.account_id, sent.actor_role, sent.actor_name, sent.received_at,
         jsonb_build_object('match', sent.routed)
  FROM written JOIN sent USING (id)
), accept AS (
  INSERT INTO clock (county_code, id, report_id, stage, started_at, yellow_at, due_at,
                     escalate_at, limit_id, amount, unit, next_at)
  SELECT %(county)s::text, sent.clock_id, sent.id, 'accept', sent.received_at, sent.yellow_at,
         sent.due_at, sent.escalate_at, sent.limit_id, sent.limit_amount, sent.limit_unit,
         sent.yellow_at
  FROM written JOIN sent USING (id)
), told AS (
  INSERT INTO outbox (county_code, report_id, version, action, audience_after, at, event_id)
  SELECT %(county)s::text, sent.id, 1, 'received', sent.audience, sent.received_at, sent.event_id
  FROM written JOIN sent USING (id)
), total AS (
  INSERT INTO rollup_grid_total AS kept (county_code, layout_id, grid_code, category_code,
                                         reports)
  SELECT %(county)s::text, layout_id, grid_code, coalesce(category_code, '') AS category,
         count(*)
  FROM written WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, grid_code, category ORDER BY layout_id, grid_code, category
  ON CONFLICT (county_code, layout_id, grid_code, category_code)
  DO UPDATE SET reports = kept.reports + excluded.reports
), month AS (
  INSERT INTO rollup_grid_month AS kept (county_code, layout_id, grid_code, category_code,
                                         month_on, reports)
  SELECT %(county)s::text, layout_id, grid_code, coalesce(category_code, '') AS category,
         date_trunc('month', received_on)::date AS month_on, count(*)
  FROM written WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, grid_code, category, 5 ORDER BY layout_id, grid_code, category, 5
  ON CONFLICT (county_code, layout_id, grid_code, category_code, month_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
), day AS (
  INSERT INTO rollup_grid_day AS kept (county_code, layout_id, grid_code, category_code, day_on,
                                       reports)
  SELECT %(county)s::text, layout_id, grid_code, coalesce(category_code, '') AS category,
         received_on, count(*)
  FROM written WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, grid_code, category, received_on
  ORDER BY layout_id, grid_code, category, received_on
  ON CONFLICT (county_code, layout_id, grid_code, category_code, day_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
), cell AS (
  INSERT INTO rollup_cell_month AS kept (county_code, cell_x, cell_y, category_code, month_on,
                                         reports)
  SELECT %(county)s::text, cell_x, cell_y, coalesce(category_code, '') AS category,
         date_trunc('month', received_on)::date AS month_on, count(*)
  FROM written WHERE cell_x IS NOT NULL
  GROUP BY cell_x, cell_y, category, 5 ORDER BY cell_x, cell_y, category, 5
  ON CONFLICT (county_code, cell_x, cell_y, category_code, month_on)
  DO UPDATE SET reports = kept.reports + excluded.reports
), counted AS (
  SELECT written.*, coalesce(category.counted_apart, false) AS apart
  FROM written LEFT JOIN category
    ON category.county_code = %(county)s::text AND category.code = written.category_code
), total_all AS (
  INSERT INTO rollup_grid_total_all AS kept (county_code, layout_id, grid_code, reports, sensitive)
  SELECT %(county)s::text, layout_id, grid_code, count(*), count(*) FILTER (WHERE apart)
  FROM counted WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, grid_code ORDER BY layout_id, grid_code
  ON CONFLICT (county_code, layout_id, grid_code)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), month_all AS (
  INSERT INTO rollup_grid_month_all AS kept (county_code, layout_id, month_on, grid_code, reports,
                                             sensitive)
  SELECT %(county)s::text, layout_id, date_trunc('month', received_on)::date AS month_on,
         grid_code, count(*), count(*) FILTER (WHERE apart)
  FROM counted WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, 3, grid_code ORDER BY layout_id, 3, grid_code
  ON CONFLICT (county_code, layout_id, month_on, grid_code)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), day_all AS (
  INSERT INTO rollup_grid_day_all AS kept (county_code, layout_id, day_on, grid_code, reports,
                                           sensitive)
  SELECT %(county)s::text, layout_id, received_on, grid_code, count(*),
         count(*) FILTER (WHERE apart)
  FROM counted WHERE layout_id IS NOT NULL AND grid_code IS NOT NULL
  GROUP BY layout_id, received_on, grid_code ORDER BY layout_id, received_on, grid_code
  ON CONFLICT (county_code, layout_id, day_on, grid_code)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), cell_all AS (
  INSERT INTO rollup_cell_month_all AS kept (county_code, month_on, cell_x, cell_y, reports,
                                             sensitive)
  SELECT %(county)s::text, date_trunc('month', received_on)::date AS month_on, cell_x, cell_y,
         count(*), count(*) FILTER (WHERE apart)
  FROM counted WHERE cell_x IS NOT NULL
  GROUP BY 2, cell_x, cell_y ORDER BY 2, cell_x, cell_y
  ON CONFLICT (county_code, month_on, cell_x, cell_y)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), square_all AS (
  INSERT INTO rollup_square_month_all AS kept (county_code, month_on, square_x, square_y, reports,
                                               sensitive)
  SELECT %(county)s::text, date_trunc('month', received_on)::date AS month_on, cell_x >> 1,
         cell_y >> 1, count(*), count(*) FILTER (WHERE apart)
  FROM counted WHERE cell_x IS NOT NULL
  GROUP BY 2, 3, 4 ORDER BY 2, 3, 4
  ON CONFLICT (county_code, month_on, square_x, square_y)
  DO UPDATE SET reports = kept.reports + excluded.reports,
                sensitive = kept.sensitive + excluded.sensitive
), outside AS (
  INSERT INTO rollup_outside_day AS kept (county_code, layout_id, day_on, category_code, reports)
  SELECT %(county)s::text, layout_id, received_on, coalesce(category_code, '') AS category,
         count(*)
  FROM written WHERE layout_id IS NOT NULL AND grid_code IS NULL
  GROUP BY layout_id, received_on, category ORDER BY layout_id, received_on, category
  ON CONFLICT (county_code, layout_id, day_on, category_code)
  DO UPDATE SET reports = kept.reports + excluded.reports
)
SELECT held.current, ARRAY(SELECT id FROM written) AS created FROM held
