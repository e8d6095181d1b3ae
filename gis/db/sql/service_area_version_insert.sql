INSERT INTO service_area_version (county_code, name, status, created_at)
VALUES (%(county_code)s, %(name)s, 'draft', %(now)s)
RETURNING id
