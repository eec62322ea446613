-- A planned item.
INSERT INTO budget_fund_plans (publisher, path, label, amount_won, day, settled_day, recorded_ms)
VALUES ($1, $2, $3, $4, $5, '', $6)
RETURNING id
