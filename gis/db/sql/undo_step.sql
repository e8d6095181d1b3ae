-- The last step on a report, if no event followed on any report it touched. Words (comments,
-- questions) and reminders are events too: after them nothing is taken back. They leave the
-- version as it is, and every step raises it: so what came later has this version or a higher one. A photo bars nothing:
-- it belongs to no step. Nor does a link for the resident: taking the closing back takes it back.
SELECT s.account_id, s.event_id, s.action, s.at, s.events, s.image
FROM undo_step s
WHERE s.county_code = %(county)s AND s.report_id = %(report)s
  AND NOT EXISTS (
    SELECT FROM jsonb_array_elements(s.events) AS touched
    JOIN report_event e
      ON e.county_code = s.county_code AND e.report_id = (touched ->> 0)::uuid
     AND e.id <> (touched ->> 1)::uuid AND e.action NOT IN ('photo', 'evaluation_asked')
     AND e.version >= (touched ->> 2)::int)
