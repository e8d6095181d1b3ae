UPDATE service_area_version SET status = 'retired'
WHERE county_code = %(county_code)s AND status = 'active' AND id <> %(version_id)s
