-- What a layer's units, categories and exposures depend on beside the layout: one number, equal while nothing changed.
SELECT (SELECT coalesce(sum(hashtextextended(
          concat_ws('|', code, name, name_en, town_code, community_code, population, households), 0)), 0)
        FROM grid WHERE layout_id = %(layout_id)s)
     + (SELECT coalesce(sum(hashtextextended(concat_ws('|', code, name, name_en), 5)), 0)
        FROM town WHERE county_code = %(county_code)s)
     + (SELECT coalesce(sum(hashtextextended(concat_ws('|', code, name, name_en), 6)), 0)
        FROM community WHERE county_code = %(county_code)s)
     + (SELECT coalesce(sum(hashtextextended(concat_ws('|', exposure_code, grid_code, amount), 1)), 0)
        FROM grid_exposure WHERE county_code = %(county_code)s AND layout_id = %(layout_id)s)
     + (SELECT coalesce(sum(hashtextextended(concat_ws('|', category_code, exposure_code), 2)), 0)
        FROM category_exposure WHERE county_code = %(county_code)s)
     + (SELECT coalesce(sum(hashtextextended(concat_ws('|', code, name, name_en, per, unit, unit_en), 3)), 0)
        FROM exposure WHERE county_code = %(county_code)s)
     + (SELECT coalesce(sum(hashtextextended(concat_ws('|', code, parent_code, sensitive, tags), 4)), 0)
        FROM category WHERE county_code = %(county_code)s) AS version
