-- First days of the months before a day in each third of which (the 1st, 11th and 21st begin one)
-- anything was reported in the county's grids. Sensitive matters leave no trace in it.
WITH told AS NOT MATERIALIZED (
  SELECT d.day_on FROM rollup_grid_day_all d
  WHERE d.county_code = %(county_code)s
    AND d.layout_id = (
      SELECT id FROM grid_layout WHERE county_code = %(county_code)s AND status = 'active')
    AND d.reports > d.sensitive
)
SELECT month.first_on::date
FROM generate_series(
       (SELECT date_trunc('month', day_on::timestamp) FROM told ORDER BY day_on LIMIT 1),
       (SELECT least(day_on, %(before)s::date - 1)::timestamp FROM told ORDER BY day_on DESC LIMIT 1),
       interval '1 month') AS month (first_on)
WHERE EXISTS (
        SELECT FROM told WHERE day_on >= month.first_on::date AND day_on < month.first_on::date + 10)
  AND EXISTS (
        SELECT FROM told WHERE day_on >= month.first_on::date + 10 AND day_on < month.first_on::date + 20)
  AND EXISTS (
        SELECT FROM told
        WHERE day_on >= month.first_on::date + 20
          AND day_on < (month.first_on + interval '1 month')::date)
ORDER BY month.first_on
