-- Reports and events of a choice by town: reports merged into one are one event. The first row, with
-- a null town and "whole", is the county.
SELECT e.town_code, t.name, t.name_en, grouping(e.town_code) = 1 AS whole,
       count(*)::int AS events, sum(e.reports)::int AS reports
FROM (
  SELECT coalesce(r.merged_into, r.id) AS event, min(r.town_code) AS town_code, count(*) AS reports
  FROM report r
  WHERE r.county_code = %(county_code)s
    AND r.received_at >= %(since)s::timestamptz AND r.received_at < %(until)s::timestamptz
    AND {layer_choice}
    AND {layer_narrowed}
  GROUP BY 1) AS e
LEFT JOIN town t ON t.code = e.town_code
GROUP BY GROUPING SETS ((), (e.town_code, t.name, t.name_en))
ORDER BY whole DESC, e.town_code
