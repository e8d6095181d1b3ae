-- Where a reader of changes stands: the oldest running transaction, below which all is complete; the
-- oldest change kept; and since when a change waits that cannot be read yet.
SELECT horizon.txid AS horizon, oldest.txid AS oldest_txid, oldest.id AS oldest_id,
       (SELECT min(o.at) FROM outbox o WHERE o.txid >= horizon.txid) AS waiting_since
FROM change_horizon AS horizon
LEFT JOIN LATERAL (SELECT o.txid, o.id FROM outbox o ORDER BY o.txid, o.id LIMIT 1) AS oldest ON true
