-- Open reports that no utility has been given yet, with the point they are matched by.
SELECT report.id, report.number, report.category_code, report.place_code, report.layout_id, report.grid_code,
       report.utility_code, report.accuracy_m, report.location IS NOT NULL AS measured,
       ST_X(p) AS lon, ST_Y(p) AS lat
FROM report
LEFT JOIN place ON place.county_code = report.county_code AND place.code = report.place_code
LEFT JOIN grid AS was ON was.layout_id = report.layout_id AND was.code = report.grid_code
  AND report.location IS NULL,
LATERAL (SELECT coalesce(report.location, place.location, ST_PointOnSurface(was.boundary)) AS p
        ) AS spot
WHERE report.county_code = %(county)s::text AND report.status IN ('received', 'accepted')
  AND p IS NOT NULL
ORDER BY report.received_at, report.id
