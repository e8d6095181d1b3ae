-- Of some cells: how many reports of a choice share the most frequent exact coordinate. Many on one
-- coordinate were probably never measured: an import put them at an office. Narrowed as in layer_rows.
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
    AND r.outcome IS DISTINCT FROM 'rejected' AND r.outcome IS DISTINCT FROM 'duplicate'
    AND (%(codes)s::text[] IS NULL OR coalesce(r.category_code, '') = ANY (%(codes)s::text[]))
    AND coalesce(r.category_code, '') <> ALL (%(hidden)s::text[])
    AND (%(cause)s::text IS NULL OR r.cause = %(cause)s::text)
    AND (%(source)s::text IS NULL OR r.source = %(source)s::text)
    AND (NOT %(repeat)s::boolean OR EXISTS (
          SELECT FROM report before
          WHERE before.county_code = r.county_code
            AND before.location && ST_Expand(r.location, 0.0012, 0.0006)
            AND ST_DWithin(before.location::geography, r.location::geography, 50)
            AND before.category_code = r.category_code
            AND before.id <> r.id
            AND before.closed_at <= r.received_at
            AND before.closed_at > r.received_at - interval '180 days'
            AND before.outcome NOT IN ('rejected', 'duplicate')))
  GROUP BY r.location) AS pile
GROUP BY cell.position
HAVING max(pile.reports) >= %(least)s AND max(pile.reports) * 2 >= sum(pile.reports)
