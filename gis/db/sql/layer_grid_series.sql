-- Reports of a choice by grid and month, from the month rollup.
SELECT r.grid_code AS code, r.month_on AS step, sum(r.reports)::int AS reports
FROM rollup_grid_month r
WHERE r.county_code = %(county_code)s AND r.layout_id = %(layout_id)s
  AND r.month_on >= %(first)s::date AND r.month_on <= %(last)s::date
  AND (%(codes)s::text[] IS NULL OR r.category_code = ANY (%(codes)s::text[]))
  AND r.category_code <> ALL (%(hidden)s::text[])
GROUP BY r.grid_code, r.month_on
