-- A page of a county's accounts by user name, or the one of a name; `invited` have no password yet.
SELECT a.id, a.username, a.name, a.role, a.town_code, t.name AS town_name, a.utility_code, u.name AS utility_name,
       s.code AS staff_code, s.grid_code AS staff_grid_code, a.created_at, a.last_sign_in_at, a.disabled_at,
       i.expires_at AS invited_until,
       CASE WHEN a.disabled_at IS NOT NULL THEN 'disabled' WHEN a.password_hash IS NULL THEN 'invited'
            ELSE 'active' END AS state,
       (SELECT count(*) FROM session n
        WHERE n.account_id = a.id AND n.expires_at > %(now)s
          AND (n.idle_until IS NULL OR n.idle_until > %(now)s)) AS sessions
FROM account a
LEFT JOIN town t ON t.code = a.town_code
LEFT JOIN utility u ON u.county_code = a.county_code AND u.code = a.utility_code
LEFT JOIN grid_staff s ON s.id = a.staff_id
LEFT JOIN invitation i ON i.account_id = a.id AND i.expires_at > %(now)s
WHERE a.county_code = %(county_code)s AND a.username COLLATE "C" > %(after)s
  AND (%(username)s::text IS NULL OR a.username = %(username)s)
  AND (%(role)s::text IS NULL OR a.role = %(role)s)
  AND (%(text)s = '' OR strpos(lower(a.username), lower(%(text)s)) > 0 OR strpos(lower(a.name), lower(%(text)s)) > 0)
  AND (%(state)s::text IS NULL
       OR %(state)s = CASE WHEN a.disabled_at IS NOT NULL THEN 'disabled' WHEN a.password_hash IS NULL THEN 'invited'
                           ELSE 'active' END)
ORDER BY a.username COLLATE "C"
LIMIT %(limit)s
