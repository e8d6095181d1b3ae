-- What lies around a spot, for a sketch: grids, named places and the body's nearest depot, in metres
-- east and south of the spot (an SVG's y grows downwards). Without a spot the sketch is of the grid.
WITH frame AS (
  SELECT c.metric_srid AS srid, l.id AS layout_id, g.code AS own, s.spot,
         least(greatest(coalesce(0.6 * greatest(ST_XMax(b.box) - ST_XMin(b.box),
                                                ST_YMax(b.box) - ST_YMin(b.box)), 400), 260), 1500) AS half
  FROM county c
  LEFT JOIN grid_layout l ON l.county_code = c.code AND l.status = 'active'
  LEFT JOIN grid g ON g.layout_id = l.id AND g.code = %(grid)s
  CROSS JOIN LATERAL (SELECT ST_Transform(g.boundary, c.metric_srid) AS box) AS b
  CROSS JOIN LATERAL (
    SELECT CASE WHEN %(lon)s::float8 IS NULL THEN ST_PointOnSurface(b.box)
                ELSE ST_Transform(ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326),
                                  c.metric_srid) END AS spot) AS s
  WHERE c.code = %(county)s
),
window_ AS MATERIALIZED (
  SELECT frame.*, ST_Expand(spot, 1.6 * half, 1.1 * half) AS box,
         ST_Envelope(ST_Transform(ST_Expand(spot, 1.6 * half, 1.1 * half), 4326)) AS degrees
  FROM frame WHERE spot IS NOT NULL
),
grids AS (
  SELECT g.code, g.name, g.name_en, w.half, w.spot,
         ST_ClipByBox2D(ST_Transform(g.boundary_simple, w.srid), w.box) AS part
  FROM window_ w
  JOIN grid g ON g.layout_id = w.layout_id AND g.boundary_simple && w.degrees
)
SELECT 'grid' AS kind, code, name, name_en, half,
       ST_AsSVG(ST_Translate(part, -ST_X(spot), -ST_Y(spot)), 1, 0) AS path,
       ST_X(ST_PointOnSurface(part)) - ST_X(spot) AS x, ST_Y(spot) - ST_Y(ST_PointOnSurface(part)) AS y
FROM grids WHERE NOT ST_IsEmpty(part) AND ST_Dimension(part) = 2
UNION ALL
(SELECT 'place', p.code, p.name, p.name_en, w.half, NULL,
        ST_X(ST_Transform(p.location, w.srid)) - ST_X(w.spot),
        ST_Y(w.spot) - ST_Y(ST_Transform(p.location, w.srid))
 FROM window_ w JOIN place p ON p.county_code = %(county)s AND p.location && w.degrees
 ORDER BY ST_Transform(p.location, w.srid) <-> w.spot, p.code LIMIT 16)
UNION ALL
(SELECT 'depot', d.code, d.name, d.name_en, w.half, NULL,
        ST_X(ST_Transform(d.location, w.srid)) - ST_X(w.spot),
        ST_Y(w.spot) - ST_Y(ST_Transform(d.location, w.srid))
 FROM window_ w JOIN depot d ON d.county_code = %(county)s AND d.utility_code = %(utility)s
 ORDER BY ST_Transform(d.location, w.srid) <-> w.spot, d.code LIMIT 1)
UNION ALL
SELECT 'frame', coalesce(own, ''), '', '', half, NULL, 0, 0 FROM window_
