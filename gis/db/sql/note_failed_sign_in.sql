-- One more failed sign-in of a key; a window that is over begins anew.
INSERT INTO sign_in_throttle AS known (key_sha256, failures, since)
VALUES (%(key)s, 1, %(now)s)
ON CONFLICT (key_sha256) DO UPDATE SET
  failures = CASE WHEN known.since < %(window)s THEN 1 ELSE known.failures + 1 END,
  since = CASE WHEN known.since < %(window)s THEN excluded.since ELSE known.since END,
  blocked_until = CASE WHEN known.since >= %(window)s AND known.failures + 1 >= %(most)s
                       THEN %(rest)s::timestamptz END
