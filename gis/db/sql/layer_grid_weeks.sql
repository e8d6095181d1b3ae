-- Reports of a choice by grid and step of seven days from a first day, from the day rollup.
SELECT r.grid_code AS code, (r.day_on - %(first)s::date) / 7 AS step, sum(r.reports)::int AS reports
FROM rollup_grid_day r
WHERE r.county_code = %(county_code)s AND r.layout_id = %(layout_id)s
  AND r.day_on >= %(first)s::date AND r.day_on <= %(last)s::date
  AND (%(codes)s::text[] IS NULL OR r.category_code = ANY (%(codes)s::text[]))
  AND r.category_code <> ALL (%(hidden)s::text[])
GROUP BY r.grid_code, 2
