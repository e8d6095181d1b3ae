-- First and last day with any report in the county's grids, and which of some periods have any at all;
-- sensitive matters leave no trace in it.
SELECT (SELECT d.day_on FROM rollup_grid_day_all d
        WHERE d.county_code = %(county_code)s AND d.layout_id = %(layout_id)s AND d.reports > d.sensitive
        ORDER BY d.day_on LIMIT 1) AS first_on,
       (SELECT d.day_on FROM rollup_grid_day_all d
        WHERE d.county_code = %(county_code)s AND d.layout_id = %(layout_id)s AND d.reports > d.sensitive
        ORDER BY d.day_on DESC LIMIT 1) AS last_on,
       ARRAY (SELECT EXISTS (
                SELECT 1 FROM rollup_grid_day_all d
                WHERE d.county_code = %(county_code)s AND d.layout_id = %(layout_id)s
                  AND d.day_on BETWEEN asked.first_on AND asked.last_on AND d.reports > d.sensitive)
              FROM unnest(%(firsts)s::date[], %(lasts)s::date[])
                   WITH ORDINALITY AS asked (first_on, last_on, place)
              ORDER BY asked.place) AS some
