-- Where a named place is.
SELECT ST_X(location) AS lon, ST_Y(location) AS lat FROM place
WHERE county_code = %(county)s AND code = %(code)s
