-- Places in the order of their codes.
SELECT code, kind, name, name_en, pinyin, address, grid_code, ST_AsBinary(location) AS shape
FROM place
WHERE county_code = %(county_code)s
ORDER BY code COLLATE "C"
