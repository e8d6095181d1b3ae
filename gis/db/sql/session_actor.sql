-- Whoever holds the session now, with the grids a member of the grid staff serves today: one grid,
-- or all of the community or town for those who stand in for it; and the offices a town's dispatcher
-- acts for.
SELECT a.id AS account_id, a.county_code, a.username, a.name, a.role, a.town_code, a.utility_code, a.staff_id, a.demo,
       n.idle_until,
       CASE WHEN a.staff_id IS NULL THEN '{}'::text[] ELSE ARRAY(
         SELECT g.code
         FROM grid_staff s
         JOIN county c ON c.code = s.county_code
         JOIN grid_layout l ON l.county_code = s.county_code AND l.status = 'active'
         JOIN grid g ON g.layout_id = l.id
           AND (g.code = s.grid_code
             OR (s.grid_code IS NULL AND g.community_code = s.community_code)
             OR (s.grid_code IS NULL AND s.community_code IS NULL AND g.town_code = s.town_code))
         WHERE s.id = a.staff_id
           AND s.valid_from <= (%(now)s AT TIME ZONE c.timezone)::date
           AND (s.valid_to IS NULL OR s.valid_to >= (%(now)s AT TIME ZONE c.timezone)::date)
         ORDER BY g.code) END AS grid_codes,
       CASE WHEN a.role = 'dispatcher' AND a.town_code IS NOT NULL THEN ARRAY(
         SELECT u.code FROM utility u
         WHERE u.county_code = a.county_code AND u.kind = 'town' AND u.town_code = a.town_code
         ORDER BY u.code) ELSE '{}'::text[] END AS office_codes
FROM session n
JOIN account a ON a.id = n.account_id
WHERE n.token_sha256 = %(token_sha256)s AND n.expires_at > %(now)s AND (n.idle_until IS NULL OR n.idle_until > %(now)s)
  AND a.disabled_at IS NULL
