INSERT INTO session (token_sha256, account_id, created_at, expires_at)
VALUES (%(token_sha256)s, %(account_id)s, %(now)s, %(expires_at)s)
