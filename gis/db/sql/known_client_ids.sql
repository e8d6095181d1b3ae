-- Which of these client ids the county has already.
SELECT client_id FROM report
WHERE county_code = %(county)s::text AND client_id = ANY (%(ids)s::uuid[])
