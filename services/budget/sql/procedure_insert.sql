-- A procedure, without stages.
INSERT INTO budget_procedures (line_id, title, amount_won, stage, failed_count, last_day,
                               recorded_ms)
VALUES ($1, $2, $3, 0, 0, '', $4)
RETURNING id
