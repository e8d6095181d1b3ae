-- Depots by utility and code, lowest first.
SELECT utility_code, name, name_en, ST_X(location) AS lon, ST_Y(location) AS lat
FROM depot
WHERE county_code = %(county)s::text
ORDER BY utility_code COLLATE "C", code COLLATE "C"
