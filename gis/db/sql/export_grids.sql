-- Grids of the active layout with the names of their divisions, in the order of their codes.
SELECT grid.code, grid.name, grid.name_en, grid.town_code, town.name AS town_name,
       grid.community_code, community.name AS community_name, grid.population, grid.households,
       grid.party_branch, (grid.five_haves ->> 'person')::bool AS person,
       (grid.five_haves ->> 'funds')::bool AS funds, (grid.five_haves ->> 'place')::bool AS place,
       (grid.five_haves ->> 'authority')::bool AS authority,
       (grid.five_haves ->> 'rules')::bool AS rules, ST_AsBinary(grid.boundary) AS shape
FROM grid
JOIN grid_layout ON grid_layout.id = grid.layout_id AND grid_layout.status = 'active'
LEFT JOIN town ON town.code = grid.town_code
LEFT JOIN community ON community.code = grid.community_code
WHERE grid.county_code = %(county_code)s
ORDER BY grid.code COLLATE "C"
