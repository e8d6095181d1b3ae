-- Reports of a choice by category in up to three months: this one, the one before, and a year ago.
SELECT c.code, c.name AS zh, c.name_en AS en, coalesce(p.name, '') AS parent_zh,
       coalesce(p.name_en, '') AS parent_en,
       coalesce(sum(r.reports) FILTER (WHERE r.month_on = %(month)s::date), 0)::int AS now,
       coalesce(sum(r.reports) FILTER (WHERE r.month_on = %(before)s::date), 0)::int AS before,
       coalesce(sum(r.reports) FILTER (WHERE r.month_on = %(year_ago)s::date), 0)::int AS year_ago
FROM rollup_grid_month r
JOIN category c ON c.county_code = r.county_code AND c.code = r.category_code
LEFT JOIN category p ON p.county_code = c.county_code AND p.code = c.parent_code
WHERE r.county_code = %(county_code)s AND r.layout_id = %(layout_id)s
  AND r.month_on IN (%(month)s::date, %(before)s::date, %(year_ago)s::date)
  AND (%(codes)s::text[] IS NULL OR r.category_code = ANY (%(codes)s::text[]))
  AND r.category_code <> ALL (%(hidden)s::text[])
GROUP BY c.code, c.name, c.name_en, p.name, p.name_en
HAVING sum(r.reports) > 0
ORDER BY now DESC, c.code
