-- Closed reports whose resident left a telephone number and has not answered, the longest closed
-- first; not those the actor handled, and not those called within the last hours.
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
FROM evaluation e
JOIN report r ON r.county_code = e.county_code AND r.id = e.report_id
WHERE e.county_code = %(county)s AND e.answered_at IS NULL AND e.expires_at > %(now)s
  AND r.status = 'closed' AND r.reporter_phone <> '' AND e.round = r.round
  AND r.audience && %(audience)s::text[]
  AND NOT EXISTS (
    SELECT FROM report_event h
    WHERE h.county_code = r.county_code AND h.report_id = r.id AND h.account_id = %(account)s
      AND h.action NOT IN ('received', 'comment', 'ask', 'urge', 'photo', 'evaluation_asked', 'evaluated'))
  AND NOT EXISTS (
    SELECT FROM callback b
    WHERE b.county_code = r.county_code AND b.report_id = r.id
      AND (b.at > %(not_since)s OR b.result = 'refused'))
ORDER BY r.closed_at, r.id
LIMIT %(most)s
