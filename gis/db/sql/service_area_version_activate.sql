UPDATE service_area_version SET status = 'active', activated_at = %(now)s
WHERE county_code = %(county_code)s AND id = %(version_id)s AND status <> 'active'
