-- Every code that an imported row may name, with the names people use instead.
SELECT array(SELECT code FROM town WHERE county_code = %(county_code)s) AS towns,
       array(SELECT code FROM community WHERE county_code = %(county_code)s) AS communities,
       array(SELECT grid.code FROM grid JOIN grid_layout ON grid_layout.id = grid.layout_id
             WHERE grid_layout.county_code = %(county_code)s
               AND grid_layout.status = 'active') AS grids,
       array(SELECT code FROM utility WHERE county_code = %(county_code)s) AS utilities,
       (SELECT coalesce(json_agg(json_build_array(code, name, name_en)), '[]'::json)
        FROM category WHERE county_code = %(county_code)s) AS categories,
       array(SELECT code FROM place WHERE county_code = %(county_code)s) AS places
