-- The last code given in a fiscal year, whatever the bureau: names are unique across bureaus.
SELECT coalesce(max(code), 0) FROM budget_lines WHERE fiscal_year = $1
