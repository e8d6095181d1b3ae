-- Running clocks that the sweep has to look at, the longest waiting first.
SELECT id, report_id, next_at
FROM clock
WHERE county_code = %(county)s AND stopped_at IS NULL AND next_at IS NOT NULL
  AND next_at <= %(now)s AND (next_at, id) > (%(after_at)s, %(after_id)s)
ORDER BY next_at, id
LIMIT %(most)s
