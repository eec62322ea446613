-- How many records the service holds.
SELECT (SELECT count(*) FROM budget_lines) + (SELECT count(*) FROM budget_entries)
       + (SELECT count(*) FROM budget_fund_accounts) + (SELECT count(*) FROM budget_fund_items)
