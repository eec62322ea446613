-- The name is unique: a second one is ALREADY_EXISTS.
INSERT INTO runtime_rows (name, number, text) VALUES ($1, $2, $3)
