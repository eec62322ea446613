-- The reasons that count on a day for the lines of a year, as known at an instant.
-- Large: a row for each line.
SELECT line.name, why.reason, why.note
FROM budget_pace_reasons AS why
JOIN budget_lines AS line ON line.id = why.line_id
WHERE line.fiscal_year = $1 AND ($2 = '' OR line.publisher = $2) AND why.recorded_ms <= $3
    AND why.first_day <= $4 AND why.last_day >= $4
    AND NOT EXISTS (SELECT 1 FROM budget_pace_reasons AS later
                    WHERE later.line_id = why.line_id AND later.id > why.id
                        AND later.recorded_ms <= $3
                        AND later.first_day <= $4 AND later.last_day >= $4)
ORDER BY line.name
