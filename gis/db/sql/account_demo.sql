-- Accounts whose password everybody knows, for the sign-in page of the sample city.
SELECT username, role, name FROM account WHERE demo AND disabled_at IS NULL ORDER BY created_at, username
