-- One batch of reports after a key, oldest first; the people who reported only where asked for.
SELECT report.id, report.number, report.category_code AS category, report.description,
       report.accuracy_m, coalesce(report.captured_at, report.received_at) AS captured_at,
       report.received_at, report.closed_at, report.source, report.address, report.urgent,
       report.status, report.outcome, report.grid_code, report.place_code, report.utility_code,
       CASE WHEN %(personal)s THEN report.reporter_name END AS reporter_name,
       CASE WHEN %(personal)s THEN report.reporter_phone END AS reporter_phone,
       ST_AsBinary(report.location) AS shape
FROM report
WHERE report.county_code = %(county_code)s
  AND (report.received_at, report.id) > (%(after_at)s, %(after_id)s)
ORDER BY report.received_at, report.id
LIMIT %(batch)s
