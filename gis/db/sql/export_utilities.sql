-- Utilities, one row for each depot; one without a position for a utility that has none.
SELECT utility.code, utility.name, utility.name_en, utility.kind, utility.town_code,
       utility.telephone, handled.categories, depot.code AS depot_code,
       depot.name AS depot_name, depot.name_en AS depot_name_en,
       ST_AsBinary(depot.location) AS shape
FROM utility
LEFT JOIN LATERAL (
  SELECT string_agg(category_code, ';' ORDER BY category_code COLLATE "C") AS categories
  FROM utility_category
  WHERE utility_category.county_code = utility.county_code AND utility_code = utility.code
) AS handled ON true
LEFT JOIN depot ON depot.county_code = utility.county_code AND depot.utility_code = utility.code
WHERE utility.county_code = %(county_code)s
ORDER BY utility.code COLLATE "C", depot.code COLLATE "C"
