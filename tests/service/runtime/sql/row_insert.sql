-- The name is unique: a second one is ALREADY_EXISTS.
INSERT INTO runtime_rows (name, number, text, parent)
VALUES ($1, $2, $3, NULLIF($4, ''))
