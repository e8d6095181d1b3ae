-- Reports of a choice by grid and 100 m cell, where rollups cannot answer: by cause, by source, or
-- repeats only. The county sees it.
SELECT r.grid_code, r.cell_x, r.cell_y, count(*)::int AS reports
FROM report r
WHERE r.county_code = %(county_code)s
  AND r.received_at >= %(since)s::timestamptz AND r.received_at < %(until)s::timestamptz
  AND {layer_choice}
  AND {layer_narrowed}
GROUP BY 1, 2, 3
