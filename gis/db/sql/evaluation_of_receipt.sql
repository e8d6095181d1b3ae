-- The evaluation that waits for an answer of the report a receipt belongs to; null where none does.
SELECT (SELECT e.id FROM evaluation e
        WHERE e.county_code = r.county_code AND e.report_id = r.id AND e.answered_at IS NULL
          AND e.expires_at > %(now)s
        ORDER BY e.round DESC LIMIT 1) AS evaluation_id
FROM receipt k
JOIN report r ON r.county_code = k.county_code AND r.id = k.report_id
WHERE k.county_code = %(county)s AND k.token_sha256 = %(sha)s
