-- What a line's own entries come to as of a day: the last row up to it.
SELECT day, current_won, committed_won, spent_won, committed_count, spent_count
FROM budget_days
WHERE line_id = $1 AND day <= $2
ORDER BY day DESC
LIMIT 1
