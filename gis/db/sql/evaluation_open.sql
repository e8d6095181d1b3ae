-- A visible report with its evaluation that waits for an answer; null where none does.
SELECT r.id,
       (SELECT e.id FROM evaluation e
        WHERE e.county_code = r.county_code AND e.report_id = r.id AND e.answered_at IS NULL
          AND e.expires_at > %(now)s
        ORDER BY e.round DESC LIMIT 1) AS evaluation_id
FROM report r
WHERE r.county_code = %(county)s AND r.id = %(report)s AND r.audience && %(audience)s::text[]
