-- A reason for being behind.
INSERT INTO budget_pace_reasons (line_id, reason, note, first_day, last_day, recorded_ms)
VALUES ($1, $2, $3, $4, $5, $6)
