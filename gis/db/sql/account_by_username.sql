SELECT id, password_hash FROM account WHERE username = %(username)s AND disabled_at IS NULL
