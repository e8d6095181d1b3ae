SELECT code, name, utility_code, category_code, priority, hours, ST_AsBinary(boundary) AS boundary
FROM service_area
WHERE version_id = %(version_id)s
ORDER BY code
