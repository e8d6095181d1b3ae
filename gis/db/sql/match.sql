-- Who answers for one point: grid, grid staff, utility, each with its method. One row, or none
-- where there is no such county. The rules and their order: docs/matching.md. Bodies `without` are
-- left out as if they did not exist: so the same ladder also names the second and the third.
--
-- ST_Covers computes sides in doubles: of 600,000 points on edges three fell into one grid too
-- many. Within 1e-9 degrees (0.1 mm) of a border GEOS decides exactly, as shapely does in bulk.
-- The lock holds layouts and service areas still until the caller's transaction ends.
WITH today AS MATERIALIZED (
  SELECT county.code, county.metric_srid,
         (%(at)s::timestamptz AT TIME ZONE county.timezone)::date AS day_on,
         pg_advisory_xact_lock_shared(7207, hashtext(county.code))
  FROM county WHERE county.code = %(county)s::text
), layout AS MATERIALIZED (
  SELECT id, name FROM grid_layout
  WHERE county_code = %(county)s::text AND status = 'active'
), version AS MATERIALIZED (
  SELECT id, name FROM service_area_version
  WHERE county_code = %(county)s::text AND status = 'active'
), matter AS MATERIALIZED (
  SELECT code, parent_code, name, name_en, level, sensitive FROM category
  WHERE county_code = %(county)s::text AND code = %(category)s::text
), handler AS MATERIALIZED (  -- a parent category stands for all of its children
  SELECT DISTINCT listed.utility_code AS code, utility.kind
  FROM matter JOIN utility_category AS listed
    ON listed.county_code = %(county)s::text
   AND listed.category_code IN (matter.code, matter.parent_code)
   AND listed.utility_code <> ALL (%(without)s::text[])
  JOIN utility ON utility.county_code = listed.county_code AND utility.code = listed.utility_code
), named_place AS MATERIALIZED (  -- by code, or by its exact name where only one place has it
  SELECT min(code) AS code, min(name) AS name, min(name_en) AS name_en,
         min(grid_code) AS grid_code, (array_agg(location))[1] AS location
  FROM (
    SELECT * FROM place
    WHERE county_code = %(county)s::text AND code = %(place_code)s::text
    UNION ALL
    SELECT * FROM place
    WHERE county_code = %(county)s::text AND %(place_text)s::text IN (name, name_en)
      AND %(place_text)s::text <> '' AND %(place_code)s::text IS NULL
      AND %(grid_code)s::text IS NULL AND %(lon)s::float8 IS NULL
  ) AS place
  HAVING count(*) = 1
), named_grid AS MATERIALIZED (
  SELECT grid.code, ST_PointOnSurface(grid.boundary) AS location
  FROM grid
  WHERE grid.layout_id = (SELECT id FROM layout)
    AND grid.code = coalesce(%(grid_code)s::text, (SELECT grid_code FROM named_place))
), given AS MATERIALIZED (
  SELECT CASE WHEN %(lon)s::float8 IS NOT NULL
              THEN ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326)
              ELSE coalesce((SELECT location FROM named_place),
                            (SELECT location FROM named_grid)) END AS p
), frame AS MATERIALIZED (  -- metres per degree of longitude and latitude at the point
  SELECT p, 111319.49079327358 * cos(phi) / sqrt(bend) AS kx,
         111319.49079327358 * (1.0 - 6.69437999014e-3) / (bend * sqrt(bend)) AS ky
  FROM given, LATERAL (SELECT radians(ST_Y(p)) AS phi) AS latitude,
       LATERAL (SELECT 1.0 - 6.69437999014e-3 * sin(phi) * sin(phi) AS bend) AS ellipsoid
  WHERE p IS NOT NULL
), spot AS MATERIALIZED (
  SELECT p, kx, ky, %(lon)s::float8 IS NOT NULL AS measured,
         ST_Expand(p, 1.01 * %(snap_m)s::float8 / kx, 1.01 * %(snap_m)s::float8 / ky) AS reach,
         least(%(accuracy_m)s::float8, 2000.0) AS radius_m
  FROM frame
), covering AS MATERIALIZED (
  SELECT grid.code
  FROM spot JOIN grid ON grid.boundary && spot.p
  WHERE grid.layout_id = (SELECT id FROM layout)
    AND (spot.measured OR NOT EXISTS (SELECT FROM named_grid))
    AND CASE WHEN ST_DWithin(ST_Boundary(grid.boundary), spot.p, 1e-9)
             THEN NOT ST_Relate(grid.boundary, spot.p, 'FF*FF****')
             ELSE ST_Covers(grid.boundary, spot.p) END
  ORDER BY grid.code COLLATE "C" LIMIT 1
), beside AS MATERIALIZED (  -- nearest border: its foot in a flat frame, its distance geodesic
  SELECT grid.code, distance_m
  FROM spot JOIN grid ON grid.boundary && spot.reach,
       LATERAL (SELECT ST_Scale(ST_ClosestPoint(ST_Scale(grid.boundary, spot.kx, spot.ky),
                                                ST_Scale(spot.p, spot.kx, spot.ky)),
                                1.0 / spot.kx, 1.0 / spot.ky) AS foot) AS border,
       LATERAL (SELECT floor(1000.0 * ST_Distance(foot::geography, spot.p::geography) + 0.5)
                         / 1000.0 AS distance_m) AS measure
  WHERE grid.layout_id = (SELECT id FROM layout)
    AND (spot.measured OR NOT EXISTS (SELECT FROM named_grid))
    AND NOT EXISTS (SELECT FROM covering)
    AND distance_m <= %(snap_m)s::float8
  ORDER BY distance_m, grid.code COLLATE "C" LIMIT 1
), chosen AS MATERIALIZED (
  SELECT grid.code, grid.name, grid.name_en, grid.town_code, grid.community_code, grid.boundary,
         CASE WHEN spot.measured THEN picked.method ELSE 'stated' END AS method,
         CASE WHEN spot.measured THEN picked.distance_m END AS distance_m
  FROM spot, (
    SELECT code, 'covers' AS method, 0.0::float8 AS distance_m FROM covering
    UNION ALL
    SELECT code, 'nearest', distance_m FROM beside
    UNION ALL
    SELECT named_grid.code, 'stated', NULL FROM named_grid, spot WHERE NOT spot.measured
  ) AS picked
  JOIN grid ON grid.layout_id = (SELECT id FROM layout) AND grid.code = picked.code
), circle AS MATERIALIZED (  -- borders the accuracy circle may cross; none well inside one grid
  SELECT array_agg(grid.code) AS codes, array_agg(ST_AsBinary(grid.boundary)) AS boundaries
  FROM spot JOIN grid
    ON grid.boundary && ST_Expand(spot.p, 1.01 * spot.radius_m / spot.kx,
                                  1.01 * spot.radius_m / spot.ky)
  WHERE grid.layout_id = (SELECT id FROM layout) AND spot.measured AND spot.radius_m IS NOT NULL
    AND NOT EXISTS (
      SELECT FROM chosen
      WHERE chosen.method = 'covers'
        AND NOT ST_DWithin(ST_Boundary(chosen.boundary), spot.p,
                           1.01 * spot.radius_m / least(spot.kx, spot.ky)))
), serving AS MATERIALIZED (
  SELECT person.id, person.code, person.name, person.role, person.on_duty, person.grid_code,
         array_position(ARRAY['member','leader','branch_secretary'], person.role) AS turn
  FROM today, chosen JOIN grid_staff AS person
    ON person.county_code = %(county)s::text AND person.grid_code = chosen.code
  WHERE person.role <> 'volunteer' AND person.valid_from <= today.day_on
    AND (person.valid_to IS NULL OR person.valid_to >= today.day_on)
), duty AS MATERIALIZED (
  SELECT id, name, role, code, turn FROM serving WHERE on_duty
), leader AS MATERIALIZED (
  SELECT id, name, role FROM serving
  WHERE role = 'leader' AND NOT EXISTS (SELECT FROM duty)
  ORDER BY code COLLATE "C" LIMIT 1
), around AS MATERIALIZED (  -- on duty in the community, else in the town; those of no grid first
  SELECT person.id, person.name, person.role,
         CASE WHEN person.community_code = chosen.community_code
              THEN 'community_duty' ELSE 'town_duty' END AS method
  FROM today, chosen JOIN grid_staff AS person
    ON person.county_code = %(county)s::text
   AND (person.community_code = chosen.community_code OR person.town_code = chosen.town_code)
  WHERE NOT EXISTS (SELECT FROM duty) AND NOT EXISTS (SELECT FROM leader)
    AND person.on_duty AND person.role <> 'volunteer' AND person.valid_from <= today.day_on
    AND (person.valid_to IS NULL OR person.valid_to >= today.day_on)
  ORDER BY person.community_code IS NOT DISTINCT FROM chosen.community_code DESC,
           person.grid_code IS NOT NULL, person.community_code IS NOT NULL,
           array_position(ARRAY['member','leader','branch_secretary'], person.role),
           person.code COLLATE "C"
  LIMIT 1
), staff AS MATERIALIZED (
  (SELECT id, name, role, 'on_duty' AS method FROM duty ORDER BY turn, code COLLATE "C" LIMIT 1)
  UNION ALL SELECT id, name, role, 'leader' FROM leader
  UNION ALL SELECT id, name, role, method FROM around
), area AS MATERIALIZED (  -- the category decides in the index scan, before any border is looked at
  SELECT service_area.utility_code, service_area.code, service_area.name, service_area.priority,
         service_area.area_m2, service_area.category_code,
         service_area.category_code IS NOT NULL
           AND service_area.category_code IS NOT DISTINCT FROM (SELECT parent_code FROM matter)
           AS by_parent
  FROM spot JOIN service_area ON service_area.boundary && spot.p
  WHERE service_area.version_id = (SELECT id FROM version)
    AND CASE WHEN service_area.utility_code = ANY (%(without)s::text[]) THEN false
             WHEN service_area.category_code IS NULL
             THEN service_area.utility_code = ANY (ARRAY(SELECT code FROM handler))
             ELSE service_area.category_code IN ((SELECT code FROM matter),
                                                 (SELECT parent_code FROM matter)) END
    AND CASE WHEN ST_DWithin(ST_Boundary(service_area.boundary), spot.p, 1e-9)
             THEN NOT ST_Relate(service_area.boundary, spot.p, 'FF*FF****')
             ELSE ST_Covers(service_area.boundary, spot.p) END
), first_depot AS MATERIALIZED (  -- nearest on the sphere; on the ellipsoid it bounds the others
  SELECT depot.id, ST_Distance(depot.location::geography, spot.p::geography) AS bound_m
  FROM spot, LATERAL (
    SELECT depot.id, depot.location FROM depot
    WHERE depot.county_code = %(county)s::text
      AND depot.utility_code = ANY (ARRAY(SELECT code FROM handler WHERE kind <> 'town'))
    ORDER BY depot.location::geography <-> spot.p::geography LIMIT 1) AS depot
  WHERE NOT EXISTS (SELECT FROM area)
), nearest AS MATERIALIZED (
  SELECT depot.utility_code
  FROM first_depot, spot JOIN depot
    ON depot.county_code = %(county)s::text
   AND depot.utility_code = ANY (ARRAY(SELECT code FROM handler WHERE kind <> 'town')),
       LATERAL (SELECT floor(1000.0 * ST_Distance(depot.location::geography, spot.p::geography)
                             + 0.5) / 1000.0 AS distance_m) AS measure
  WHERE ST_DWithin(depot.location::geography, spot.p::geography,
                   1.01 * first_depot.bound_m + 0.01, false)
    AND distance_m <= 30000.0
  ORDER BY distance_m, depot.utility_code COLLATE "C" LIMIT 1
), option AS MATERIALIZED (
  SELECT utility_code, 'service_area' AS method, code AS area_code, name AS area_name,
         category_code, by_parent, priority, area_m2
  FROM area
  UNION ALL SELECT utility_code, 'nearest', NULL, NULL, NULL, NULL, NULL, NULL FROM nearest
  UNION ALL
  (SELECT utility.code, 'town_office', NULL, NULL, NULL, NULL, NULL, NULL
   FROM matter, chosen JOIN utility
     ON utility.county_code = %(county)s::text AND utility.kind = 'town'
    AND utility.town_code = chosen.town_code
    AND utility.code <> ALL (%(without)s::text[])
   WHERE NOT EXISTS (SELECT FROM area) AND NOT EXISTS (SELECT FROM nearest)
   ORDER BY utility.code COLLATE "C" LIMIT 1)
), responsible AS MATERIALIZED (
  SELECT option.utility_code AS code, utility.name, utility.name_en, utility.kind, option.method,
         option.area_code, option.area_name, start.distance_m, start.name AS depot_name,
         start.name_en AS depot_name_en
  FROM spot, option JOIN utility
    ON utility.county_code = %(county)s::text AND utility.code = option.utility_code
  LEFT JOIN LATERAL (
    SELECT depot.name, depot.name_en, distance_m
    FROM depot, LATERAL (
      SELECT floor(1000.0 * ST_Distance(depot.location::geography, spot.p::geography) + 0.5)
               / 1000.0 AS distance_m) AS measure
    WHERE depot.county_code = %(county)s::text AND depot.utility_code = option.utility_code
    ORDER BY distance_m, depot.code COLLATE "C" LIMIT 1) AS start ON true
  ORDER BY option.by_parent, option.category_code IS NULL, option.priority, option.area_m2,
           start.distance_m, option.utility_code COLLATE "C", option.area_code COLLATE "C"
  LIMIT 1
)
SELECT today.day_on, today.metric_srid,
       layout.id AS layout_id, layout.name AS layout_name,
       version.id AS version_id, version.name AS version_name,
       matter.code AS category_code, matter.parent_code, matter.name AS category_name,
       matter.name_en AS category_name_en, matter.level AS category_level, matter.sensitive,
       named_place.code AS place_code, named_place.name AS place_name,
       named_place.name_en AS place_name_en, named_grid.code AS named_grid_code,
       chosen.code AS grid_code, chosen.name AS grid_name, chosen.name_en AS grid_name_en,
       chosen.community_code, chosen.method AS grid_method, chosen.distance_m AS grid_distance_m,
       chosen.town_code, town.name AS town_name, town.name_en AS town_name_en,
       circle.codes AS circle_codes, circle.boundaries AS circle_boundaries,
       staff.id AS staff_id, staff.name AS staff_name, staff.role AS staff_role,
       staff.method AS staff_method,
       (SELECT json_agg(json_build_object('id', id, 'name', name, 'role', role)
                        ORDER BY turn, code COLLATE "C") FROM duty) AS staff_all,
       responsible.code AS utility_code, responsible.name AS utility_name,
       responsible.name_en AS utility_name_en, responsible.kind AS utility_kind,
       responsible.method AS utility_method, responsible.distance_m AS utility_distance_m,
       responsible.area_code, responsible.area_name,
       responsible.depot_name, responsible.depot_name_en,
       (SELECT array_agg(DISTINCT utility_code) FROM area) AS covering_utilities
FROM today
LEFT JOIN layout ON true
LEFT JOIN version ON true
LEFT JOIN matter ON true
LEFT JOIN named_place ON true
LEFT JOIN named_grid ON true
LEFT JOIN chosen ON true
LEFT JOIN town ON town.code = chosen.town_code
LEFT JOIN circle ON true
LEFT JOIN staff ON true
LEFT JOIN responsible ON true
