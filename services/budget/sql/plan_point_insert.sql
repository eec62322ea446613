-- A point of a plan.
INSERT INTO budget_plan_points (plan_id, day, rate_hundredths, amount_won) VALUES ($1, $2, $3, $4)
