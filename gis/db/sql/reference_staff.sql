-- Everybody who may answer for a grid; lowest code first.
SELECT id, code, name, role, grid_code, community_code, town_code, valid_from, valid_to, on_duty
FROM grid_staff
WHERE county_code = %(county)s::text AND role <> 'volunteer'
ORDER BY code COLLATE "C"
