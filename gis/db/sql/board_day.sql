-- A day's numbers of the reports an actor may read, by the hour of their reception too: of today, or
-- of the latest day that has any. What was dispatched or closed that day was received within 90 days.
WITH zone AS (
  SELECT timezone AS name, (%(now)s::timestamptz AT TIME ZONE timezone)::date AS today
  FROM county WHERE code = %(county)s
), latest AS (
  SELECT coalesce((SELECT r.received_on FROM report r
                   WHERE r.county_code = %(county)s AND r.audience && %(audience)s::text[]
                     AND r.received_at <= %(now)s
                   ORDER BY r.received_at DESC LIMIT 1), zone.today) AS day
  FROM zone
), span AS (
  SELECT latest.day, zone.name, zone.today,
         latest.day::timestamp AT TIME ZONE zone.name AS began,
         (latest.day + 1)::timestamp AT TIME ZONE zone.name AS ended,
         least(%(now)s::timestamptz, (latest.day + 1)::timestamp AT TIME ZONE zone.name) AS until
  FROM latest, zone
), seen AS MATERIALIZED (
  SELECT r.received_at, r.dispatched_at, r.closed_at, r.merged_into
  FROM report r, span
  WHERE r.county_code = %(county)s AND r.audience && %(audience)s::text[]
    AND r.received_at >= span.began - interval '90 days' AND r.received_at < span.ended
), hours AS (
  SELECT extract(hour FROM received_at AT TIME ZONE span.name)::int AS hour, count(*) AS reports
  FROM seen, span WHERE received_at >= span.began GROUP BY 1
)
SELECT span.day, span.day = span.today AS is_today,
       (SELECT count(*) FROM seen WHERE received_at >= span.began) AS received,
       (SELECT count(*) FROM seen
        WHERE received_at >= span.began - interval '1 day' AND received_at < span.until - interval '1 day')
         AS received_before,
       (SELECT count(*) FROM seen
        WHERE dispatched_at >= span.began AND dispatched_at < span.ended AND merged_into IS NULL)
         AS dispatched,
       (SELECT count(*) FROM seen WHERE closed_at >= span.began AND closed_at < span.ended) AS closed,
       ARRAY(SELECT coalesce(hours.reports, 0) FROM generate_series(0, 23) AS clock (hour)
             LEFT JOIN hours USING (hour) ORDER BY clock.hour) AS by_hour
FROM span
