-- How far a report has come, for the holder of its receipt: the steps that changed its status and hold.
SELECT r.number, r.status, r.outcome, c.name AS category, c.name_en AS category_en,
       r.received_at, r.closed_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('status', e.status_after, 'at', e.at)
                                  ORDER BY e.version, e.id), '[]'::jsonb)
        FROM report_event e
        WHERE e.county_code = r.county_code AND e.report_id = r.id
          AND e.status_after IS DISTINCT FROM e.status_before AND e.action <> 'undone'
          AND NOT EXISTS (
            SELECT FROM report_event back
            WHERE back.county_code = e.county_code AND back.report_id = e.report_id
              AND back.action = 'undone' AND back.details ->> 'event' = e.id::text)) AS steps,
       EXISTS (
         SELECT FROM evaluation v
         WHERE v.county_code = r.county_code AND v.report_id = r.id AND v.answered_at IS NULL
           AND v.round = r.round AND v.expires_at > %(now)s) AS evaluation_open,
       -- To whom it went, and under which number to ask there.
       (SELECT jsonb_build_object('county', e.details ->> 'county_name',
                                  'county_en', e.details ->> 'county_name_en',
                                  'number', e.details ->> 'number')
        FROM report_event e
        WHERE r.outcome = 'transferred' AND e.county_code = r.county_code AND e.report_id = r.id
          AND e.action = 'hand_over' AND e.round = r.round) AS handed_over
FROM receipt k
JOIN report r ON r.county_code = k.county_code AND r.id = k.report_id
LEFT JOIN category c ON c.county_code = r.county_code AND c.code = r.category_code
WHERE k.county_code = %(county)s AND k.token_sha256 = %(sha)s
