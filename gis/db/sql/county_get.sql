SELECT code, name, name_en, timezone, metric_srid, grid_code_pattern
FROM county WHERE code = %(county_code)s
