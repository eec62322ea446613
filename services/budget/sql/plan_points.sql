-- The points of a plan in their order.
SELECT day, rate_hundredths, amount_won FROM budget_plan_points WHERE plan_id = $1 ORDER BY day
