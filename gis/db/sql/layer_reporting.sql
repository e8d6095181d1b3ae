-- Reports and events of a choice by town: reports merged into one are one event. The first row, with
-- a null town and "whole", is the county. Narrowed as in layer_rows.
SELECT e.town_code, t.name, t.name_en, grouping(e.town_code) = 1 AS whole,
       count(*)::int AS events, sum(e.reports)::int AS reports
FROM (
  SELECT coalesce(r.merged_into, r.id) AS event, min(r.town_code) AS town_code, count(*) AS reports
  FROM report r
  WHERE r.county_code = %(county_code)s
    AND r.received_at >= %(since)s::timestamptz AND r.received_at < %(until)s::timestamptz
    AND r.outcome IS DISTINCT FROM 'rejected' AND r.outcome IS DISTINCT FROM 'duplicate'
    AND (%(codes)s::text[] IS NULL OR coalesce(r.category_code, '') = ANY (%(codes)s::text[]))
    AND coalesce(r.category_code, '') <> ALL (%(hidden)s::text[])
    AND (%(cause)s::text IS NULL OR r.cause = %(cause)s::text)
    AND (%(source)s::text IS NULL OR r.source = %(source)s::text)
    AND (NOT %(repeat)s::boolean OR EXISTS (
          SELECT FROM report before
          WHERE before.county_code = r.county_code
            AND before.location && ST_Expand(r.location, 0.0012, 0.0006)
            AND ST_DWithin(before.location::geography, r.location::geography, 50)
            AND before.category_code = r.category_code
            AND before.id <> r.id
            AND before.closed_at <= r.received_at
            AND before.closed_at > r.received_at - interval '180 days'
            AND before.outcome NOT IN ('rejected', 'duplicate')))
  GROUP BY 1) AS e
LEFT JOIN town t ON t.code = e.town_code
GROUP BY GROUPING SETS ((), (e.town_code, t.name, t.name_en))
ORDER BY whole DESC, e.town_code
