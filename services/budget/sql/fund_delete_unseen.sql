-- Forgets accounts that a report no longer holds.
DELETE FROM budget_fund_accounts WHERE report_id = $1 AND seen = 0
