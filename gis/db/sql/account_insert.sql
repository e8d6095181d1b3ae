INSERT INTO account (id, county_code, username, name, password_hash, role, town_code, utility_code, staff_id)
VALUES (%(id)s, %(county_code)s, %(username)s, %(name)s, %(password_hash)s, %(role)s, %(town_code)s, %(utility_code)s,
        %(staff_id)s)
