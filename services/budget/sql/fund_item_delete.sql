-- Forgets the items of an account, before they are written again.
DELETE FROM budget_fund_items WHERE account_id = $1
