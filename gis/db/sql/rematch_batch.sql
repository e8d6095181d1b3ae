-- The next reports that do not follow the given layout and service areas yet, held for writing.
-- `p` is where the report is matched: its own location, else its place, else a point on the grid
-- it was given to.
SELECT report.id, report.status, report.outcome, report.version, report.account_id,
       report.category_code, report.received_on, report.place_code, report.layout_id,
       report.grid_code, report.grid_method, report.town_code, report.utility_code,
       report.utility_method, report.staff_id, report.accuracy_m, report.reason, report.audience,
       report.location IS NOT NULL AS measured, ST_X(p) AS lon, ST_Y(p) AS lat,
       ARRAY(SELECT assignment.utility_code FROM assignment
             WHERE assignment.county_code = report.county_code
               AND assignment.report_id = report.id) AS assigned
FROM report
LEFT JOIN place ON place.county_code = report.county_code AND place.code = report.place_code
LEFT JOIN grid AS was ON was.layout_id = report.layout_id AND was.code = report.grid_code
  AND report.location IS NULL,
LATERAL (SELECT coalesce(report.location, place.location, ST_PointOnSurface(was.boundary)) AS p
        ) AS spot
WHERE report.county_code = %(county)s::text AND report.id > %(after)s::uuid
  AND (report.layout_id IS DISTINCT FROM %(layout_id)s::bigint
       OR report.service_area_version_id IS DISTINCT FROM %(version_id)s::bigint)
ORDER BY report.id
LIMIT %(limit)s::int
FOR UPDATE OF report
