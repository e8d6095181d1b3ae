INSERT INTO grid_layout (county_code, name, status, source, created_at)
VALUES (%(county_code)s, %(name)s, 'draft', %(source)s, %(now)s)
RETURNING id
