-- With what the guards look at: the running limit of handling, and the time granted and asked for.
SELECT a.*, CASE WHEN u.kind = 'town' THEN u.town_code END AS office_of,
       h.due_at AS handle_due_at, coalesce(h.extensions, 0) AS extensions,
       q.suspensions, q.pause_until
FROM assignment a
JOIN utility u ON u.county_code = a.county_code AND u.code = a.utility_code
LEFT JOIN clock h
  ON h.county_code = a.county_code AND h.report_id = a.report_id AND h.assignment_id = a.id
 AND h.stage = 'handle' AND h.stopped_at IS NULL
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE r.status = 'approved') AS suspensions,
         max(r.until) FILTER (WHERE r.status = 'pending') AS pause_until
  FROM time_request r
  WHERE r.county_code = a.county_code AND r.report_id = a.report_id AND r.assignment_id = a.id
    AND r.kind = 'suspension') q
WHERE a.county_code = %(county_code)s AND a.report_id = ANY(%(ids)s)
ORDER BY a.id
