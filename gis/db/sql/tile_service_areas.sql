-- Service areas in force in one tile.
WITH tile AS (
  SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box,
         ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096), 4326) AS reach
), q AS MATERIALIZED (
  SELECT a.code, a.name, a.utility_code, a.category_code, a.priority, a.hours,
         ST_AsMVTGeom(ST_Transform(a.boundary, 3857), tile.box, 4096, 64, true) AS geom
  FROM tile
  JOIN service_area_version v ON v.county_code = %(county)s AND v.status = 'active'
  JOIN service_area a ON a.version_id = v.id AND a.boundary && tile.reach
)
SELECT ST_AsMVT(q, 'service_areas', 4096, 'geom') AS tile FROM q WHERE q.geom IS NOT NULL
