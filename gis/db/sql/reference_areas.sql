-- The service areas of one version for matching many points.
SELECT code, utility_code, category_code, priority, area_m2, ST_AsBinary(boundary) AS boundary
FROM service_area
WHERE version_id = %(version_id)s::bigint
ORDER BY code COLLATE "C"
