-- What a layer's answer depends on beside the question. The data's version is the last id given to a
-- change and how many of the last thousand ids are committed: ids are not committed in their order.
SELECT l.id AS layout_id, l.name AS layout, seen.last_id,
       (SELECT count(*) FROM outbox o WHERE o.id > seen.last_id - 1000 AND o.id <= seen.last_id) AS recent
FROM (SELECT coalesce(pg_sequence_last_value('outbox_id_seq'), 0) AS last_id) AS seen
LEFT JOIN grid_layout l ON l.county_code = %(county_code)s AND l.status = 'active'
