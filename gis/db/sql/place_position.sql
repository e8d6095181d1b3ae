-- A named place and where it is.
SELECT code, kind, name, name_en, ST_X(location) AS longitude, ST_Y(location) AS latitude
FROM place
WHERE county_code = %(county)s AND code = %(code)s
