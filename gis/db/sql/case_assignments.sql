-- With what the guards look at: the running limit of handling, and the time granted and asked for.
SELECT a.*, CASE WHEN u.kind = 'town' THEN u.town_code END AS office_of,
       q.handle_due_at, q.extensions, q.suspensions, q.pause_until
FROM assignment a
JOIN utility u ON u.county_code = a.county_code AND u.code = a.utility_code
CROSS JOIN LATERAL assignment_time(a.county_code, a.report_id, a.id) q
WHERE a.county_code = %(county_code)s AND a.report_id = ANY(%(ids)s)
ORDER BY a.id
