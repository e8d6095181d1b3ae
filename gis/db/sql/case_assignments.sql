SELECT a.*, CASE WHEN u.kind = 'town' THEN u.town_code END AS office_of
FROM assignment a
JOIN utility u ON u.county_code = a.county_code AND u.code = a.utility_code
WHERE a.county_code = %(county_code)s AND a.report_id = ANY(%(ids)s)
ORDER BY a.id
