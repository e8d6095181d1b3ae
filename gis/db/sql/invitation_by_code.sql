SELECT a.id AS account_id, a.county_code, a.username, a.name, a.role, i.expires_at
FROM invitation i
JOIN account a ON a.id = i.account_id
WHERE i.code_sha256 = %(code_sha256)s AND i.expires_at > %(now)s AND a.disabled_at IS NULL
