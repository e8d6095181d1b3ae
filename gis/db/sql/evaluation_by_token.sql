-- The evaluation that a token opens, with what the resident is shown; the lead's result says what
-- was done. No row after its time.
SELECT k.county_code, k.channel, e.id AS evaluation_id, e.report_id, e.expires_at, e.answered_at,
       e.answer, r.number, r.received_at, r.closed_at, c.name AS category,
       c.name_en AS category_en,
       coalesce((SELECT a.result FROM assignment a
                 WHERE a.county_code = r.county_code AND a.report_id = r.id AND a.role = 'lead'
                   AND a.status = 'fed_back'
                 ORDER BY a.round DESC, a.assigned_at DESC LIMIT 1), '') AS result
FROM evaluation_token k
JOIN evaluation e ON e.county_code = k.county_code AND e.id = k.evaluation_id
JOIN report r ON r.county_code = e.county_code AND r.id = e.report_id
LEFT JOIN category c ON c.county_code = r.county_code AND c.code = r.category_code
WHERE k.county_code = %(county)s AND k.token_sha256 = %(sha)s AND e.expires_at > %(now)s
