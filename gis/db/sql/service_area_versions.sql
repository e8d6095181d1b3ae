SELECT id, name, status FROM service_area_version
WHERE county_code = %(county_code)s
ORDER BY id DESC
