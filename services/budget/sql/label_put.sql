-- What a line was called from a day on.
INSERT INTO budget_labels (line_id, day, label) VALUES ($1, $2, $3)
ON CONFLICT (line_id, day) DO UPDATE SET label = excluded.label
