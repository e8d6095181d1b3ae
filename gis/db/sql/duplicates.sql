-- Open reports of the same category or its group, near a point and lately received: the same
-- category first, then the nearest. Reports merged into others are seen through those.
SELECT r.id, r.number, r.status, r.category_code AS category, left(r.description, 120) AS description,
       r.address, r.received_at, r.merged_count, r.version,
       ST_X(r.location) AS longitude, ST_Y(r.location) AS latitude,
       ST_Distance(r.location::geography, spot.p::geography) AS distance_m,
       r.category_code = matter.code AS same_category, u.code AS utility_code,
       u.name AS utility_name, u.kind AS utility_kind,
       (SELECT min(h.sha256) FROM photo h
        WHERE h.county_code = r.county_code AND h.report_id = r.id) AS photo
FROM (SELECT code, coalesce(parent_code, code) AS kin FROM category
      WHERE county_code = %(county)s AND code = %(category)s) AS matter
JOIN category c ON c.county_code = %(county)s AND coalesce(c.parent_code, c.code) = matter.kin
JOIN report r ON r.county_code = c.county_code AND r.category_code = c.code
CROSS JOIN (SELECT ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326) AS p) AS spot
LEFT JOIN utility u ON u.county_code = r.county_code AND u.code = r.utility_code
WHERE r.location && ST_MakeEnvelope(%(west)s::float8, %(south)s::float8, %(east)s::float8,
                                    %(north)s::float8, 4326)
  AND ST_DWithin(r.location::geography, spot.p::geography, %(radius_m)s::float8)
  AND r.status <> 'closed' AND r.merged_into IS NULL AND r.received_at > %(since)s::timestamptz
  AND r.id IS DISTINCT FROM %(self)s::uuid AND r.audience && %(audience)s::text[]
ORDER BY same_category DESC, distance_m, r.received_at DESC, r.id
LIMIT %(most)s::int
