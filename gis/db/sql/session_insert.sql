WITH holder AS (
  UPDATE account SET last_sign_in_at = %(now)s WHERE username = %(username)s AND disabled_at IS NULL RETURNING id
)
INSERT INTO session (token_sha256, account_id, created_at, expires_at, idle_until, agent)
SELECT %(token_sha256)s, id, %(now)s, %(expires_at)s, %(idle_until)s, %(agent)s FROM holder
