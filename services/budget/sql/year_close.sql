-- Closes a bureau's fiscal year.
INSERT INTO budget_closed_years (publisher, fiscal_year, closed_ms) VALUES ($1, $2, $3)
