-- How many reports of these categories a place has had: what is usual there.
SELECT count(*) AS reports
FROM report r
WHERE r.county_code = %(county)s AND r.category_code = ANY(%(categories)s::text[])
  AND r.received_at >= %(since)s AND r.received_at < %(until)s
  AND r.location && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
  AND ST_DWithin(r.location::geography,
                 ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography, %(distance_m)s)
  AND r.audience && %(audience)s::text[]
