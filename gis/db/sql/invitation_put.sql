-- An account has one code at a time: a new one takes the place of the old.
INSERT INTO invitation (account_id, code_sha256, created_at, expires_at)
VALUES (%(account_id)s, %(code_sha256)s, %(now)s, %(expires_at)s)
ON CONFLICT (account_id) DO UPDATE
SET code_sha256 = excluded.code_sha256, created_at = excluded.created_at, expires_at = excluded.expires_at
