-- A page of the roster by code, or the one of a code, with grid, town and the account of each.
SELECT s.code, s.name, s.role, s.telephone, s.grid_code, g.name AS grid_name, g.name_en AS grid_name_en, coalesce(s.town_code, g.town_code) AS town_code,
       s.valid_from, s.valid_to, s.on_duty,
       (SELECT a.username FROM account a WHERE a.staff_id = s.id AND a.disabled_at IS NULL
        ORDER BY a.created_at LIMIT 1) AS username
FROM grid_staff s
LEFT JOIN grid_layout l ON l.county_code = s.county_code AND l.status = 'active'
LEFT JOIN grid g ON g.layout_id = l.id AND g.code = s.grid_code
WHERE s.county_code = %(county_code)s AND s.code COLLATE "C" > %(after)s
  AND (%(code)s::text IS NULL OR s.code = %(code)s)
  AND (%(town)s::text IS NULL OR coalesce(s.town_code, g.town_code) = %(town)s)
  AND (%(role)s::text IS NULL OR s.role = %(role)s)
  AND (%(on_duty)s::bool IS NULL OR s.on_duty = %(on_duty)s)
  AND (%(text)s = '' OR strpos(s.name, %(text)s) > 0 OR strpos(s.code, %(text)s) > 0
       OR strpos(s.telephone, %(text)s) > 0 OR s.grid_code = %(text)s)
ORDER BY s.code COLLATE "C"
LIMIT %(limit)s
