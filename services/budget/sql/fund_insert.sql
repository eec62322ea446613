-- An account of a fund; one that the report has printed before is not repeated.
INSERT INTO budget_fund_accounts (report_id, publisher, path, fund, account, budget_won,
                                  executed_won, day, section, text_line, table_row, table_column)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (report_id, path) DO NOTHING
RETURNING id
