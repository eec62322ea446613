-- A planned item.
SELECT id, label, amount_won, day, settled_day FROM budget_fund_plans WHERE id = $1
