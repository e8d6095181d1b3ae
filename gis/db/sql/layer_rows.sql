-- Reports of a choice by grid and 100 m cell, where rollups cannot answer: by cause, by source, or
-- only repeats of a closed report of the same category within 50 m and 180 days; OFFSET 0
-- keeps those from being looked up for the whole county first. The county sees it.
SELECT r.grid_code, r.cell_x, r.cell_y, count(*)::int AS reports
FROM report r
WHERE r.county_code = %(county_code)s
  AND r.received_at >= %(since)s::timestamptz AND r.received_at < %(until)s::timestamptz
  AND r.outcome IS DISTINCT FROM 'rejected' AND r.outcome IS DISTINCT FROM 'duplicate'
  AND (%(codes)s::text[] IS NULL OR coalesce(r.category_code, '') = ANY (%(codes)s::text[]))
  AND coalesce(r.category_code, '') <> ALL (%(hidden)s::text[])
  AND (%(cause)s::text IS NULL OR r.cause = %(cause)s::text)
  AND (%(source)s::text IS NULL OR r.source = %(source)s::text)
  AND (NOT %(repeat)s::boolean OR EXISTS (
        SELECT FROM repeat_report again
        WHERE again.county_code = r.county_code AND again.id = r.id OFFSET 0))
GROUP BY 1, 2, 3
