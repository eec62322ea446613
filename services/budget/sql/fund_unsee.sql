-- Marks the fund accounts of a report as not yet seen, before it is read again.
UPDATE budget_fund_accounts SET seen = 0 WHERE report_id = $1
