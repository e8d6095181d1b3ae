-- Every step of one visible report, oldest first; no row where the actor may not know of it.
SELECT (SELECT coalesce(json_agg(json_build_object(
                 'id', e.id, 'at', e.at, 'action', e.action,
                 'status_before', e.status_before, 'status_after', e.status_after,
                 'round', e.round, 'version', e.version,
                 'actor', CASE WHEN e.actor_role <> ''
                          THEN json_build_object('name', e.actor_name, 'role', e.actor_role) END,
                 'details', e.details)
               ORDER BY e.version, e.id), '[]')
        FROM report_event e
        WHERE e.county_code = r.county_code AND e.report_id = r.id)::text AS items
FROM report r
WHERE r.county_code = %(county_code)s AND r.id = %(id)s AND r.audience && %(audience)s
