-- Reports that another layout would give to another grid, or to none, with the largest moves first.
SELECT moved.was, moved.becomes, count(*) AS reports,
       count(*) FILTER (WHERE moved.status <> 'closed') AS open
FROM (
  SELECT report.grid_code AS was, report.status,
         (SELECT min(grid.code COLLATE "C") FROM grid
          WHERE grid.layout_id = %(layout_id)s AND grid.boundary && report.location
            AND ST_Covers(grid.boundary, report.location)) AS becomes
  FROM report
  WHERE report.county_code = %(county_code)s AND report.location IS NOT NULL
    AND report.grid_method IN ('covers', 'outside')
) AS moved
WHERE moved.was IS DISTINCT FROM moved.becomes
GROUP BY moved.was, moved.becomes
ORDER BY count(*) DESC, moved.was, moved.becomes
