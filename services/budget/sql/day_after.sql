-- The days of a line behind a day.
SELECT day, current_won, committed_won, spent_won, committed_count, spent_count
FROM budget_days
WHERE line_id = $1 AND day > $2
ORDER BY day
