-- One grid of the active layout with its people of the day.
SELECT g.code, g.name, g.name_en, g.town_code, g.community_code, g.area_m2, g.population, g.households,
       l.id AS layout_id, l.name AS layout,
       t.name AS town_name, t.name_en AS town_name_en,
       m.name AS community_name, m.name_en AS community_name_en,
       g.party_branch, g.five_haves,
       ARRAY[ST_XMin(g.boundary), ST_YMin(g.boundary), ST_XMax(g.boundary), ST_YMax(g.boundary)]::float8[] AS bbox,
       ARRAY[round(ST_X(p.inside)::numeric, 6), round(ST_Y(p.inside)::numeric, 6)]::float8[] AS label_point,
       (SELECT coalesce(json_agg(json_build_object(
                 'id', s.id, 'name', s.name, 'role', s.role, 'on_duty', s.on_duty, 'telephone', s.telephone)
               ORDER BY array_position(ARRAY['leader', 'branch_secretary', 'member', 'volunteer'], s.role),
                        s.on_duty DESC, s.code COLLATE "C"), '[]')
        FROM grid_staff s
        WHERE s.county_code = g.county_code AND s.grid_code = g.code
          AND s.valid_from <= (%(now)s AT TIME ZONE c.timezone)::date
          AND (s.valid_to IS NULL OR s.valid_to >= (%(now)s AT TIME ZONE c.timezone)::date)) AS staff
FROM grid_layout l
JOIN county c ON c.code = l.county_code
JOIN grid g ON g.layout_id = l.id AND g.code = %(code)s
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(g.boundary_simple) AS inside) AS p
LEFT JOIN town t ON t.code = g.town_code
LEFT JOIN community m ON m.code = g.community_code
WHERE l.county_code = %(county_code)s AND l.status = 'active'
