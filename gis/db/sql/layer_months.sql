-- Reports of a choice in each month that has any, oldest first.
SELECT r.month_on, sum(r.reports)::int AS reports
FROM rollup_grid_month r
WHERE r.county_code = %(county_code)s AND r.layout_id = %(layout_id)s
  AND (%(codes)s::text[] IS NULL OR r.category_code = ANY (%(codes)s::text[]))
  AND r.category_code <> ALL (%(hidden)s::text[])
GROUP BY r.month_on
HAVING sum(r.reports) > 0
ORDER BY r.month_on
