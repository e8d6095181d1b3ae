-- Ends the limits in force that the sent ones change; reports that came under them keep them.
UPDATE time_limit SET valid_to = %(now)s
FROM unnest(%(category_codes)s::text[], %(stages)s::text[], %(amounts)s::float8[],
            %(units)s::text[]) AS sent (category_code, stage, amount, unit)
WHERE time_limit.county_code = %(county_code)s
  AND time_limit.category_code = sent.category_code AND time_limit.stage = sent.stage
  AND time_limit.valid_to IS NULL
  AND (time_limit.amount, time_limit.unit) IS DISTINCT FROM (sent.amount, sent.unit)
