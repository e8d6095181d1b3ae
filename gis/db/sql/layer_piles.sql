-- Of some cells: how many reports of a choice share the most frequent exact coordinate. Many on one
-- coordinate were probably never measured: an import put them at an office.
SELECT cell.position, max(pile.reports)::int AS largest, sum(pile.reports)::int AS reports
FROM unnest(%(positions)s::int[], %(x)s::int[], %(y)s::int[], %(west)s::float8[],
            %(south)s::float8[], %(east)s::float8[], %(north)s::float8[])
       AS cell (position, x, y, west, south, east, north)
CROSS JOIN LATERAL (
  SELECT count(*) AS reports
  FROM report r
  WHERE r.county_code = %(county_code)s
    AND r.location && ST_MakeEnvelope(cell.west, cell.south, cell.east, cell.north, 4326)
    AND r.cell_x >= cell.x AND r.cell_x < cell.x + %(step)s
    AND r.cell_y >= cell.y AND r.cell_y < cell.y + %(step)s
    AND r.received_at >= %(since)s::timestamptz AND r.received_at < %(until)s::timestamptz
    AND {layer_choice}
    AND {layer_narrowed}
  GROUP BY r.location) AS pile
GROUP BY cell.position
HAVING max(pile.reports) >= %(least)s AND max(pile.reports) * 2 >= sum(pile.reports)
