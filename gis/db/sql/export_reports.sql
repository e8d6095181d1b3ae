-- One batch of reports after a key, oldest first; the people who reported only where asked for.
SELECT report.id, report.client_id::text AS client_id, report.number, report.source,
       report.source_number, report.category_code AS category, report.description,
       report.accuracy_m, report.captured_at, report.received_at, report.address, report.urgent,
       report.status, CASE WHEN report.status = 'closed' THEN report.closed_at END AS closed_at,
       report.outcome, report.grid_code, report.place_code, report.place_text,
       report.utility_code,
       CASE WHEN %(personal)s THEN report.reporter_name END AS reporter_name,
       CASE WHEN %(personal)s THEN report.reporter_phone END AS reporter_phone,
       ST_AsBinary(report.location) AS shape
FROM report
WHERE report.county_code = %(county_code)s
  AND (report.received_at, report.id) > (%(after_at)s, %(after_id)s)
ORDER BY report.received_at, report.id
LIMIT %(batch)s
