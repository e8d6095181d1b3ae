-- Whether an account had a hand in a report: any step but taking it in and words.
SELECT EXISTS (
  SELECT FROM report r
  JOIN report_event e ON e.county_code = r.county_code AND e.report_id = r.id
  WHERE r.county_code = %(county)s AND r.id = %(report)s AND e.account_id = %(account)s
    AND e.action <> ALL(%(words_only)s)) AS handled
