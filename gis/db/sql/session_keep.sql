-- Used again. Compared once more, so that of two requests at once only one writes.
UPDATE session SET idle_until = %(idle_until)s
WHERE token_sha256 = %(token_sha256)s AND idle_until <= %(before)s
