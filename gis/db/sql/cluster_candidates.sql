-- Open reports of late with a place that can be trusted, merged ones too: they are evidence. `own`
-- are those that the actor's centre acts on; null as %(town)s is the municipal one, which may on all.
SELECT r.id, r.number, r.version, r.status, r.category_code, r.received_at, r.merged_into,
       r.merged_count, r.utility_code, r.description, r.address, r.town_code,
       %(town)s::text IS NULL OR (r.level = 'town' AND r.town_code = %(town)s) AS own,
       ST_X(r.location) AS lon, ST_Y(r.location) AS lat, ST_X(m.point) AS x, ST_Y(m.point) AS y
FROM report r
JOIN county c ON c.code = r.county_code
CROSS JOIN LATERAL (SELECT ST_Transform(r.location, c.metric_srid) AS point) AS m
WHERE r.county_code = %(county)s AND r.status <> 'closed' AND r.received_at > %(since)s
  AND r.location IS NOT NULL AND coalesce(r.accuracy_m, 0) <= %(accuracy_m)s
  AND r.category_code IS NOT NULL AND r.audience && %(audience)s::text[]
ORDER BY r.received_at, r.id
