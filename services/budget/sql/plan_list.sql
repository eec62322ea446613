-- The points of the plans that count for the lines of a year, as known at an instant.
-- Large: some rows for each line.
SELECT line.name, plan.basis, point.day, point.rate_hundredths, point.amount_won
FROM budget_plans AS plan
JOIN budget_lines AS line ON line.id = plan.line_id
JOIN budget_plan_points AS point ON point.plan_id = plan.id
WHERE line.fiscal_year = $1 AND ($2 = '' OR line.publisher = $2) AND plan.recorded_ms <= $3
    AND NOT EXISTS (SELECT 1 FROM budget_plans AS later
                    WHERE later.line_id = plan.line_id AND later.id > plan.id
                        AND later.recorded_ms <= $3)
ORDER BY line.name, point.day
