UPDATE grid_layout
SET status = 'active', activated_at = %(now)s, effective_on = coalesce(effective_on, %(today)s)
WHERE county_code = %(county_code)s AND id = %(layout_id)s
RETURNING id
