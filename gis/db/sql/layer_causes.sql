-- Causes that leads fed back for a choice, the most frequent first.
SELECT r.cause, count(*)::int AS count
FROM report r
WHERE r.county_code = %(county_code)s AND r.cause <> ''
  AND r.received_at >= %(since)s::timestamptz AND r.received_at < %(until)s::timestamptz
  AND {layer_choice}
GROUP BY r.cause
ORDER BY count(*) DESC, r.cause
LIMIT 50
