-- Where a reader of changes stands: the oldest running transaction, below which all is complete; the
-- change from which on all are kept; and since when a change waits that cannot be read yet.
-- Pruning leaves what nobody could be told of, however old: such a row says nothing of those after it.
-- Where the first change ever made was not tried yet, no worker has run and nothing was pruned.
SELECT horizon.txid AS horizon, oldest.txid AS oldest_txid, oldest.id AS oldest_id,
       (SELECT min(o.at) FROM outbox o WHERE o.txid >= horizon.txid) AS waiting_since
FROM change_horizon AS horizon
LEFT JOIN outbox AS oldest ON oldest.id = (
  SELECT coalesce(
    (SELECT o.id FROM outbox o WHERE o.id = 1 AND o.attempts = 0),
    (SELECT o.id FROM outbox o WHERE o.done_at IS NOT NULL ORDER BY o.txid, o.id LIMIT 1),
    (SELECT o.id FROM outbox o ORDER BY o.txid, o.id LIMIT 1)))
