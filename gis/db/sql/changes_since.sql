-- Changes after a position, in the order of their transactions. Ids are not committed in their order,
-- so only transactions below the oldest one still running are read: all of those are visible now, and
-- none can join them later.
SELECT o.txid, o.id, o.county_code, o.report_id, o.version, o.action, o.audience_before,
       o.audience_after, o.at
FROM outbox o
WHERE (o.txid, o.id) > (%(txid)s::bigint, %(id)s::bigint)
  AND o.txid < (SELECT txid FROM change_horizon)
  AND (%(county)s::text IS NULL OR o.county_code = %(county)s)
ORDER BY o.txid, o.id
LIMIT %(most)s
