UPDATE grid_layout SET status = 'retired'
WHERE county_code = %(county_code)s AND status = 'active' AND id <> %(layout_id)s
