-- What the lines of a ledger stand at by themselves as of a day.
-- Large: a row for each line.
SELECT day.line_id, day.current_won, day.committed_won, day.spent_won, day.committed_count,
       day.spent_count
FROM budget_lines AS line
JOIN budget_days AS day ON day.line_id = line.id
    AND day.day = (SELECT max(upto.day) FROM budget_days AS upto
                   WHERE upto.line_id = line.id AND upto.day <= $3)
WHERE line.publisher = $1 AND line.fiscal_year = $2
