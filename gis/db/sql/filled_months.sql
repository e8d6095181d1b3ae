-- First days of the months before a day in both halves of which anything was reported in the county's
-- grids: a month in which records begin or end shows next to nothing. Sensitive matters leave no trace.
SELECT month.first_on::date
FROM generate_series(
       (SELECT date_trunc('month', d.day_on::timestamp) FROM rollup_grid_day_all d
        WHERE d.county_code = %(county_code)s AND d.layout_id = %(layout_id)s AND d.reports > d.sensitive
        ORDER BY d.day_on LIMIT 1),
       (SELECT least(d.day_on, %(before)s::date - 1)::timestamp FROM rollup_grid_day_all d
        WHERE d.county_code = %(county_code)s AND d.layout_id = %(layout_id)s AND d.reports > d.sensitive
        ORDER BY d.day_on DESC LIMIT 1),
       interval '1 month') AS month (first_on)
WHERE EXISTS (
        SELECT FROM rollup_grid_day_all d
        WHERE d.county_code = %(county_code)s AND d.layout_id = %(layout_id)s AND d.reports > d.sensitive
          AND d.day_on >= month.first_on::date AND d.day_on < month.first_on::date + 15)
  AND EXISTS (
        SELECT FROM rollup_grid_day_all d
        WHERE d.county_code = %(county_code)s AND d.layout_id = %(layout_id)s AND d.reports > d.sensitive
          AND d.day_on >= month.first_on::date + 15
          AND d.day_on < (month.first_on + interval '1 month')::date)
