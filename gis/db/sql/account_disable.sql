WITH changed AS (
  UPDATE account SET disabled_at = coalesce(disabled_at, %(now)s) WHERE username = %(username)s RETURNING id
), ended AS (
  DELETE FROM session USING changed WHERE session.account_id = changed.id
)
SELECT id FROM changed
