-- Places by Chinese name or address, English name, pinyin or its initials. `pinyin` holds syllables
-- apart, so the initials are their first letters. A name that is the text comes first, then one that
-- starts with it, then one that holds it; the shorter the name, the more of it the text says.
SELECT code, kind, name, name_en, pinyin, address, longitude, latitude, grid_code
FROM (
  SELECT p.*, ST_X(p.location) AS longitude, ST_Y(p.location) AS latitude,
         CASE WHEN p.name = %(text)s OR lower(p.name_en) = %(folded)s OR s.whole = %(joined)s THEN 0
              WHEN starts_with(p.name, %(text)s) OR starts_with(lower(p.name_en), %(folded)s)
                OR starts_with(s.whole, %(joined)s) THEN 1
              WHEN starts_with(s.initials, %(joined)s) THEN 2
              WHEN strpos(p.name, %(text)s) > 0 OR strpos(lower(p.name_en), %(folded)s) > 0 THEN 3
              WHEN strpos(s.whole, %(joined)s) > 0 OR strpos(s.initials, %(joined)s) > 0 THEN 4
              WHEN strpos(p.address, %(text)s) > 0 THEN 5
         END AS rank
  FROM place p
  CROSS JOIN LATERAL (
    SELECT replace(lower(p.pinyin), ' ', '') AS whole,
           regexp_replace(lower(p.pinyin), '(\w)\w*\s*', '\1', 'g') AS initials) AS s
  WHERE p.county_code = %(county_code)s
) AS ranked
WHERE rank IS NOT NULL
ORDER BY rank, length(name), name COLLATE "C", code COLLATE "C"
LIMIT %(limit)s
