-- The event that a row of the outbox tells of, with what deciding on its notices needs.
SELECT e.id, e.account_id, e.details, r.status,
       EXISTS (
         SELECT FROM report_event back
         WHERE back.county_code = e.county_code AND back.report_id = e.report_id
           AND back.action = 'undone' AND back.details ->> 'event' = e.id::text) AS undone,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('utility', a.utility_code, 'role', a.role)),
                        '[]'::jsonb)
        FROM assignment a
        WHERE a.county_code = r.county_code AND a.report_id = r.id AND a.round = r.round
          AND a.status IN ('waiting', 'handling', 'fed_back')) AS parts
FROM report r
JOIN report_event e ON e.county_code = r.county_code AND e.report_id = r.id
WHERE r.county_code = %(county)s AND r.id = %(report)s AND e.id = %(event)s
