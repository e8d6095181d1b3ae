-- Notices of one event to the accounts it concerns, but not to whoever did it.
INSERT INTO notification (county_code, id, account_id, report_id, event_id, outbox_id, action,
                          details, at)
SELECT r.county_code, gen_random_uuid(), a.id, r.id, e.id, %(outbox)s, %(action)s, e.details, e.at
FROM report r
JOIN report_event e
  ON e.county_code = r.county_code AND e.report_id = r.id AND e.id = %(event)s
JOIN account a ON a.county_code = r.county_code AND a.disabled_at IS NULL
CROSS JOIN (SELECT (%(now)s::timestamptz AT TIME ZONE timezone)::date AS day_on FROM county
            WHERE code = %(county)s) AS today
WHERE r.county_code = %(county)s AND r.id = %(report)s
  AND a.id IS DISTINCT FROM %(author)s::uuid
  AND (
    (%(centre)s AND a.role = 'dispatcher'
      AND a.town_code IS NOT DISTINCT FROM CASE r.level WHEN 'town' THEN r.town_code END)
    OR (%(municipal)s AND a.role = 'dispatcher' AND a.town_code IS NULL)
    OR (%(reporter)s AND a.id = r.account_id)
    OR (%(supervisor)s AND a.role = 'supervisor')
    OR (a.role = 'utility' AND a.utility_code = ANY(%(bodies)s::text[]))
    OR (a.role = 'dispatcher' AND a.town_code IN (
          SELECT u.town_code FROM utility u
          WHERE u.county_code = r.county_code AND u.kind = 'town'
            AND u.code = ANY(%(bodies)s::text[])))
    OR (%(grid)s AND a.role = 'grid_staff' AND a.staff_id IN (
          SELECT s.id FROM grid_staff s
          WHERE s.county_code = r.county_code AND s.grid_code = r.grid_code
            AND s.valid_from <= today.day_on
            AND (s.valid_to IS NULL OR s.valid_to >= today.day_on))))
ON CONFLICT (county_code, account_id, outbox_id) DO NOTHING
