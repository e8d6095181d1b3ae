-- Causes that leads fed back for a choice, the most frequent first.
SELECT r.cause, count(*)::int AS count
FROM report r
WHERE r.county_code = %(county_code)s AND r.cause <> ''
  AND r.received_at >= %(since)s::timestamptz AND r.received_at < %(until)s::timestamptz
  AND r.outcome IS DISTINCT FROM 'rejected' AND r.outcome IS DISTINCT FROM 'duplicate'
  AND (%(codes)s::text[] IS NULL OR coalesce(r.category_code, '') = ANY (%(codes)s::text[]))
  AND coalesce(r.category_code, '') <> ALL (%(hidden)s::text[])
GROUP BY r.cause
ORDER BY count(*) DESC, r.cause
LIMIT 50
