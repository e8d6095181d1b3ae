-- The layout and the version of the service areas in force.
SELECT (SELECT id FROM grid_layout
        WHERE county_code = %(county)s::text AND status = 'active') AS layout_id,
       (SELECT id FROM service_area_version
        WHERE county_code = %(county)s::text AND status = 'active') AS version_id
