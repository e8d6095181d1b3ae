-- Reports by id, in the order of lists, with the names their match refers to. The audience is
-- compared here as well, so that an id alone opens nothing.
SELECT r.county_code, r.id, r.number, r.client_id, r.body_sha256, r.status, r.level, r.round, r.outcome,
       r.category_code, r.description, r.source, r.address, r.urgent,
       ST_X(r.location) AS longitude, ST_Y(r.location) AS latitude, r.accuracy_m, r.place_text,
       p.code AS place_code, p.kind AS place_kind, p.name AS place_name, p.name_en AS place_name_en,
       ST_X(p.location) AS place_longitude, ST_Y(p.location) AS place_latitude,
       r.captured_at, r.received_at, r.accepted_at, r.dispatched_at, r.handled_at, r.closed_at,
       r.due_at, r.yellow_at, r.version, r.town_code, r.merged_into, r.reopen_requested,
       r.grid_code, g.name AS grid_name, g.name_en AS grid_name_en,
       g.town_code AS grid_town_code, t.name AS grid_town_name, t.name_en AS grid_town_name_en,
       r.grid_method, r.grid_distance_m, r.confidence, r.candidates,
       s.id AS staff_id, s.name AS staff_name, s.role AS staff_role, r.staff_method, r.staff_all,
       r.utility_code, u.name AS utility_name, u.kind AS utility_kind, r.utility_method, r.utility_distance_m,
       r.reason, l.name AS layout_name, r.account_id, r.merged_count,
       r.reporter_name, r.reporter_phone, s.telephone AS staff_telephone,
       (SELECT json_build_object('name', o.name, 'utility', o.code, 'telephone', o.telephone)
        FROM utility o
        WHERE o.county_code = r.county_code AND o.kind = 'town' AND o.town_code = r.town_code
        ORDER BY o.code LIMIT 1) AS office,
       (SELECT coalesce(json_agg(json_build_object(
                 'sha256', h.sha256, 'width', h.width, 'height', h.height, 'bytes', h.bytes,
                 'at', h.at, 'author', w.name, 'author_role', w.role)
               ORDER BY h.at, h.sha256), '[]')
        FROM photo h
        LEFT JOIN account w ON w.id = h.account_id
        WHERE h.county_code = r.county_code AND h.report_id = r.id) AS photos,
       (SELECT count(*)
        FROM message m
        LEFT JOIN message_read seen
          ON seen.county_code = m.county_code AND seen.report_id = m.report_id
         AND seen.account_id = %(account)s::uuid
        WHERE m.county_code = r.county_code AND m.report_id = r.id
          AND m.account_id IS DISTINCT FROM %(account)s::uuid
          AND m.at > coalesce(seen.read_to, '-infinity')) AS unread_messages,
       (SELECT coalesce(json_agg(json_build_object(
                 'id', a.id,
                 'utility', json_build_object('code', b.code, 'name', b.name, 'kind', b.kind),
                 'role', a.role, 'status', a.status,
                 'due_at', (SELECT min(c.due_at) FROM clock c
                            WHERE c.county_code = a.county_code AND c.report_id = a.report_id
                              AND c.assignment_id = a.id AND c.stopped_at IS NULL),
                 'version', a.version, 'round', a.round, 'telephone', b.telephone,
                 'requested', a.requested, 'office_of', CASE WHEN b.kind = 'town' THEN b.town_code END,
                 'handle_due_at', q.handle_due_at, 'extensions', coalesce(q.extensions, 0),
                 'suspensions', coalesce(q.suspensions, 0), 'pause_until', q.pause_until)
               ORDER BY a.round, a.role DESC, a.assigned_at, a.id), '[]')
        FROM assignment a
        JOIN utility b ON b.county_code = a.county_code AND b.code = a.utility_code
        LEFT JOIN LATERAL assignment_time(a.county_code, a.report_id, a.id) q ON a.status = 'handling'
        WHERE a.county_code = r.county_code AND a.report_id = r.id) AS assignments,
       (SELECT coalesce(json_agg(json_build_object('bodies', m.bodies, 'recorded_at', m.recorded_at)
               ORDER BY m.convened_at), '[]')
        FROM meeting m
        WHERE m.county_code = r.county_code AND m.report_id = r.id) AS meetings
FROM report r
LEFT JOIN grid g ON g.layout_id = r.layout_id AND g.code = r.grid_code
LEFT JOIN town t ON t.code = g.town_code
LEFT JOIN grid_layout l ON l.id = r.layout_id
LEFT JOIN grid_staff s ON s.id = r.staff_id
LEFT JOIN utility u ON u.county_code = r.county_code AND u.code = r.utility_code
LEFT JOIN place p  -- named instead of coordinates
  ON p.county_code = r.county_code AND p.code = r.place_code AND r.location IS NULL
WHERE r.county_code = %(county_code)s AND r.id = ANY(%(ids)s) AND r.audience && %(audience)s
ORDER BY r.received_at DESC, r.id DESC
