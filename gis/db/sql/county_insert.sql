INSERT INTO county (code, name, name_en, timezone, metric_srid, created_at)
VALUES (%(code)s, %(name)s, %(name_en)s, %(timezone)s, %(metric_srid)s, %(now)s)
ON CONFLICT (code) DO NOTHING
RETURNING code
