-- What a line's own entries come to at the end of a day.
INSERT INTO budget_days (line_id, day, current_won, committed_won, spent_won, committed_count,
                         spent_count)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (line_id, day) DO UPDATE
SET current_won = excluded.current_won, committed_won = excluded.committed_won,
    spent_won = excluded.spent_won, committed_count = excluded.committed_count,
    spent_count = excluded.spent_count
