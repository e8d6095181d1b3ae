-- Service areas of the version in force, in the order of their codes.
SELECT area.code, area.name, area.utility_code, area.category_code, area.priority, area.hours,
       ST_AsBinary(area.boundary) AS shape
FROM service_area AS area
JOIN service_area_version AS version ON version.id = area.version_id AND version.status = 'active'
WHERE area.county_code = %(county_code)s
ORDER BY area.code COLLATE "C"
