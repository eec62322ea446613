-- Forgets the fund accounts of a report, before it is read again.
DELETE FROM budget_fund_accounts WHERE report_id = $1
