-- Reserve numbers of several days at once; in order of day, so that two such never deadlock.
INSERT INTO number_block AS block (county_code, day_on, last)
SELECT %(county)s::text, wanted.day_on, wanted.count
FROM unnest(%(days)s::date[], %(counts)s::int[]) AS wanted (day_on, count)
ORDER BY wanted.day_on
ON CONFLICT (county_code, day_on) DO UPDATE SET last = block.last + excluded.last
RETURNING day_on, last
