-- What a dispatcher needs to telephone the residents of some reports, the longest closed first.
SELECT r.id, r.number, r.category_code, r.town_code, r.description, r.address, r.outcome,
       r.reporter_name, r.reporter_phone, r.closed_at, e.expires_at,
       (SELECT a.result FROM assignment a
        WHERE a.county_code = r.county_code AND a.report_id = r.id AND a.role = 'lead'
          AND a.fed_back_at IS NOT NULL
        ORDER BY a.fed_back_at DESC, a.id LIMIT 1) AS result,
       (SELECT count(*) FROM callback b
        WHERE b.county_code = r.county_code AND b.report_id = r.id) AS attempts,
       (SELECT max(b.at) FROM callback b
        WHERE b.county_code = r.county_code AND b.report_id = r.id) AS last_at
FROM report r
JOIN evaluation e ON e.county_code = r.county_code AND e.report_id = r.id AND e.round = r.round
  AND e.answered_at IS NULL
WHERE r.county_code = %(county)s AND r.id = ANY(%(ids)s)
ORDER BY r.closed_at, r.id
