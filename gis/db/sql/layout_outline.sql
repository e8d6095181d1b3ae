UPDATE county
SET outline = (SELECT ST_Multi(ST_Union(boundary)) FROM grid WHERE layout_id = %(layout_id)s)
WHERE code = %(county_code)s AND outline IS NULL
