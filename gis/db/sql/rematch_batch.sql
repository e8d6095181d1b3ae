-- Of some reports those that do not follow the given layout and service areas yet, held for writing.
-- `p` is where the report is matched: its own location, else its place, else a point on the grid
-- it was given to. `own_town` is the town of its grid, which a transfer leaves behind; `concerned`
-- are the bodies that had a part in it or in the report it was merged into, or were invited.
SELECT report.id, report.status, report.outcome, report.version, report.account_id,
       report.category_code, report.received_on, report.place_code, report.layout_id,
       report.grid_code, report.grid_method, report.town_code, report.level, report.utility_code,
       report.utility_method, report.staff_id, report.accuracy_m, report.reason, report.audience,
       report.location IS NOT NULL AS measured, ST_X(p) AS lon, ST_Y(p) AS lat,
       (SELECT grid.town_code FROM grid
        WHERE grid.layout_id = report.layout_id AND grid.code = report.grid_code) AS own_town,
       ARRAY(SELECT assignment.utility_code FROM assignment
             WHERE assignment.county_code = report.county_code
               AND assignment.report_id IN (report.id, report.merged_into)
             UNION
             SELECT body ->> 'utility' FROM meeting, jsonb_array_elements(meeting.bodies) AS body
             WHERE meeting.county_code = report.county_code
               AND meeting.report_id = report.id) AS concerned
FROM report
LEFT JOIN place ON place.county_code = report.county_code AND place.code = report.place_code
LEFT JOIN grid AS was ON was.layout_id = report.layout_id AND was.code = report.grid_code
  AND report.location IS NULL,
LATERAL (SELECT coalesce(report.location, place.location, ST_PointOnSurface(was.boundary)) AS p
        ) AS spot
WHERE report.county_code = %(county)s::text AND report.id = ANY (%(ids)s::uuid[])
  AND (report.layout_id IS DISTINCT FROM %(layout_id)s::bigint
       OR report.service_area_version_id IS DISTINCT FROM %(version_id)s::bigint)
ORDER BY report.id
FOR UPDATE OF report
