-- Grids of the active layout in one tile; from far away their outlines simplified as a coverage.
WITH tile AS (
  SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box,
         ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096), 4326) AS reach
), q AS MATERIALIZED (
  SELECT g.code, g.name, g.name_en, g.town_code,
         ST_AsMVTGeom(CASE WHEN %(z)s <= 12 THEN ST_Transform(g.boundary_simple, 3857)
                           ELSE g.boundary_3857 END, tile.box, 4096, 64, true) AS geom
  FROM tile
  JOIN grid_layout l ON l.county_code = %(county)s AND l.status = 'active'
  JOIN grid g ON g.layout_id = l.id AND g.boundary && tile.reach
)
SELECT ST_AsMVT(q, 'grids', 4096, 'geom') AS tile FROM q WHERE q.geom IS NOT NULL
