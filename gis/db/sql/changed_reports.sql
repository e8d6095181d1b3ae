-- Reports as they are now, with what a map and a queue show of them.
SELECT r.county_code, r.id, r.audience, r.number, r.version, r.status, r.outcome, r.level, r.round,
       r.category_code, ST_X(r.location) AS longitude, ST_Y(r.location) AS latitude, r.accuracy_m,
       r.received_at, r.due_at, r.yellow_at, r.urgent, r.source, left(r.description, 120) AS description,
       left(r.address, 80) AS address, r.town_code, r.grid_code, r.grid_method, r.confidence,
       r.utility_code, r.merged_into, r.merged_count, r.reopen_requested
FROM report r
WHERE r.county_code = ANY(%(counties)s::text[]) AND r.id = ANY(%(ids)s::uuid[])
