-- Reports of a choice that lie in no grid: a layer of grids leaves them out and says so.
SELECT count(*)::int AS reports
FROM report r
WHERE r.county_code = %(county_code)s AND r.grid_code IS NULL
  AND r.received_at >= %(since)s::timestamptz AND r.received_at < %(until)s::timestamptz
  AND r.outcome IS DISTINCT FROM 'rejected' AND r.outcome IS DISTINCT FROM 'duplicate'
  AND (%(codes)s::text[] IS NULL OR coalesce(r.category_code, '') = ANY (%(codes)s::text[]))
  AND coalesce(r.category_code, '') <> ALL (%(hidden)s::text[])
