-- A county's measures that count, the latest first; or the one of an id.
SELECT id, name, measure, category_code AS category, tag, taken_on, days, created_at, account_id,
       ST_AsGeoJSON(area, 6)::json AS area, ST_AsGeoJSON(control, 6)::json AS control
FROM intervention
WHERE county_code = %(county)s AND removed_at IS NULL AND (%(id)s::uuid IS NULL OR id = %(id)s)
ORDER BY taken_on DESC, id DESC
