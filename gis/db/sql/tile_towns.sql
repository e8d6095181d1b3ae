-- Towns of the county in one tile.
WITH tile AS (
  SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box,
         ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096), 4326) AS reach
), q AS MATERIALIZED (
  SELECT t.code, t.name, t.name_en, t.kind,
         ST_AsMVTGeom(ST_Transform(t.boundary, 3857), tile.box, 4096, 64, true) AS geom
  FROM tile
  JOIN town t ON t.county_code = %(county)s AND t.boundary && tile.reach
)
SELECT ST_AsMVT(q, 'towns', 4096, 'geom') AS tile FROM q WHERE q.geom IS NOT NULL
