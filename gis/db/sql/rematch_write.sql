-- Reports as they are after rematching. What an open report's history has to tell is in `told`.
WITH sent AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset(%(reports)s::jsonb) AS row (
    id uuid, version int, level text, town_code text, grid_code text, grid_method text,
    grid_distance_m float8, confidence float8, candidates jsonb, staff_id bigint,
    staff_method text, staff_all jsonb, utility_code text, utility_method text,
    utility_distance_m float8, reason jsonb, audience text[], audience_before text[],
    status text, event_id uuid, details jsonb, at timestamptz)
), written AS (
  UPDATE report
  SET layout_id = %(layout_id)s::bigint, service_area_version_id = %(version_id)s::bigint,
      version = sent.version, level = sent.level, town_code = sent.town_code,
      grid_code = sent.grid_code,
      grid_method = sent.grid_method, grid_distance_m = sent.grid_distance_m,
      confidence = sent.confidence, candidates = sent.candidates, reason = sent.reason,
      audience = sent.audience,
      staff_id = CASE WHEN sent.staff_method IS NULL THEN report.staff_id ELSE sent.staff_id END,
      staff_all = coalesce(sent.staff_all, report.staff_all),
      staff_method = coalesce(sent.staff_method, report.staff_method),
      utility_code = CASE WHEN sent.utility_method IS NULL THEN report.utility_code
                          ELSE sent.utility_code END,
      utility_distance_m = CASE WHEN sent.utility_method IS NULL THEN report.utility_distance_m
                                ELSE sent.utility_distance_m END,
      utility_method = coalesce(sent.utility_method, report.utility_method)
  FROM sent
  WHERE report.county_code = %(county)s::text AND report.id = sent.id
), event AS (
  INSERT INTO report_event (county_code, report_id, id, version, action, status_before,
                            status_after, actor_role, at, details)
  SELECT %(county)s::text, id, event_id, version, 'rematched', status, status, 'system', at,
         details
  FROM sent WHERE event_id IS NOT NULL
), told AS (
  INSERT INTO outbox (county_code, report_id, version, action, audience_before, audience_after,
                      at, event_id, done_at)
  SELECT %(county)s::text, id, version, 'rematched', audience_before, audience, at, event_id, at
  FROM sent WHERE event_id IS NOT NULL
)
INSERT INTO outbox (county_code, action, audience_after, at, done_at)
SELECT %(county)s::text, 'rematched', ARRAY['c:' || %(county)s::text], max(at), max(at) FROM sent
