-- Settles a planned item that stands.
UPDATE budget_fund_plans SET settled_day = $2 WHERE id = $1
