-- Reports of a choice before and after a day, inside an area, inside a control area (or, without
-- one, in the rest of the county: what lies in none of its grids is not of it).
SELECT count(*) FILTER (WHERE inside AND earlier)::int AS area_before,
       count(*) FILTER (WHERE inside AND NOT earlier)::int AS area_after,
       count(*) FILTER (WHERE control AND NOT inside AND earlier)::int AS control_before,
       count(*) FILTER (WHERE control AND NOT inside AND NOT earlier)::int AS control_after
FROM (
  SELECT ST_Covers(i.area, r.location) AS inside,
         CASE WHEN i.control IS NULL THEN r.grid_code IS NOT NULL
              ELSE ST_Covers(i.control, r.location) END AS control,
         r.received_at < %(at)s::timestamptz AS earlier
  FROM intervention i
  JOIN report r ON r.county_code = i.county_code
  WHERE i.county_code = %(county_code)s AND i.id = %(id)s::uuid
    AND r.location IS NOT NULL
    AND (r.received_at >= %(since)s::timestamptz AND r.received_at < %(at)s::timestamptz
         OR r.received_at >= %(after)s::timestamptz AND r.received_at < %(until)s::timestamptz)
    AND {layer_choice}) AS counted
