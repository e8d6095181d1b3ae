SELECT * FROM time_request
WHERE county_code = %(county_code)s AND report_id = ANY(%(ids)s)
ORDER BY id
