-- A condition that statements name: report r has the cause and the source asked for and, where only
-- repeats are, comes after a closed report of the same category within 50 m and 180 days.
(%(cause)s::text IS NULL OR r.cause = %(cause)s::text)
AND (%(source)s::text IS NULL OR r.source = %(source)s::text)
AND (NOT %(repeat)s::boolean OR EXISTS (
      SELECT FROM report before
      WHERE before.county_code = r.county_code
        AND before.location && ST_Expand(r.location, 0.0012, 0.0006)
        AND ST_DWithin(before.location::geography, r.location::geography, 50)
        AND before.category_code = r.category_code
        AND before.id <> r.id
        AND before.closed_at <= r.received_at
        AND before.closed_at > r.received_at - interval '180 days'
        AND before.outcome NOT IN ('rejected', 'duplicate')))
