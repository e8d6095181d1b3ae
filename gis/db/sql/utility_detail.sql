-- One utility with its service areas in force and its depots, as one JSON object.
SELECT json_build_object(
         'code', u.code, 'name', u.name, 'name_en', u.name_en, 'kind', u.kind, 'town_code', u.town_code,
         'categories', ARRAY(SELECT h.category_code FROM utility_category h
                             WHERE h.county_code = u.county_code AND h.utility_code = u.code ORDER BY 1),
         'telephone', u.telephone,
         'rules', v.name,
         'service_areas', json_build_object('type', 'FeatureCollection', 'features',
           (SELECT coalesce(json_agg(json_build_object(
                     'type', 'Feature',
                     'id', a.code,
                     'geometry', ST_AsGeoJSON(a.boundary, 6)::json,
                     'properties', json_build_object(
                       'code', a.code, 'name', a.name, 'category', a.category_code, 'priority', a.priority,
                       'hours', a.hours, 'area_m2', a.area_m2))
                   ORDER BY a.priority, a.code COLLATE "C"), '[]')
            FROM service_area a
            WHERE a.version_id = v.id AND a.utility_code = u.code)),
         'depots', json_build_object('type', 'FeatureCollection', 'features',
           (SELECT coalesce(json_agg(json_build_object(
                     'type', 'Feature',
                     'id', d.code,
                     'geometry', ST_AsGeoJSON(d.location, 6)::json,
                     'properties', json_build_object('code', d.code, 'name', d.name, 'name_en', d.name_en))
                   ORDER BY d.code COLLATE "C"), '[]')
            FROM depot d
            WHERE d.county_code = u.county_code AND d.utility_code = u.code)))::text AS document
FROM utility u
LEFT JOIN service_area_version v ON v.county_code = u.county_code AND v.status = 'active'
WHERE u.county_code = %(county_code)s AND u.code = %(code)s
