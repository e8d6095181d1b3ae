-- Grid staff and volunteers in the order of their codes.
SELECT code, name, role, grid_code, community_code, town_code, telephone, valid_from, valid_to,
       on_duty
FROM grid_staff
WHERE county_code = %(county_code)s
ORDER BY code COLLATE "C"
