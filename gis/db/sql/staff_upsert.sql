INSERT INTO grid_staff (county_code, code, name, role, grid_code, community_code, town_code,
                        telephone, valid_from, valid_to, on_duty)
SELECT %(county_code)s, sent.code, sent.name, sent.role, sent.grid_code,
       coalesce(sent.community_code, grid.community_code),
       coalesce(sent.town_code, grid.town_code, community.town_code),
       sent.telephone, sent.valid_from, sent.valid_to, sent.on_duty
FROM unnest(%(codes)s::text[], %(names)s::text[], %(roles)s::text[], %(grid_codes)s::text[],
            %(community_codes)s::text[], %(town_codes)s::text[], %(telephones)s::text[],
            %(valid_from)s::date[], %(valid_to)s::date[], %(on_duty)s::bool[])
     AS sent (code, name, role, grid_code, community_code, town_code, telephone, valid_from,
              valid_to, on_duty)
LEFT JOIN grid_layout ON grid_layout.county_code = %(county_code)s
  AND grid_layout.status = 'active'
LEFT JOIN grid ON grid.layout_id = grid_layout.id AND grid.code = sent.grid_code
LEFT JOIN community ON community.code = sent.community_code
ORDER BY sent.code
ON CONFLICT (county_code, code) DO UPDATE
SET name = excluded.name, role = excluded.role, grid_code = excluded.grid_code,
    community_code = excluded.community_code, town_code = excluded.town_code,
    telephone = excluded.telephone, valid_from = excluded.valid_from,
    valid_to = excluded.valid_to, on_duty = excluded.on_duty
WHERE (grid_staff.name, grid_staff.role, grid_staff.grid_code, grid_staff.community_code,
       grid_staff.town_code, grid_staff.telephone, grid_staff.valid_from, grid_staff.valid_to,
       grid_staff.on_duty)
  IS DISTINCT FROM
      (excluded.name, excluded.role, excluded.grid_code, excluded.community_code,
       excluded.town_code, excluded.telephone, excluded.valid_from, excluded.valid_to,
       excluded.on_duty)
RETURNING code, (xmax = 0) AS created
