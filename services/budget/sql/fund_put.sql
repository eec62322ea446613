-- An account of a fund; one that was read before keeps its id. No row: the report prints it twice.
INSERT INTO budget_fund_accounts (report_id, publisher, path, fund, account, budget_won,
                                  executed_won, day, section, text_line, table_row, table_column,
                                  seen)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)
ON CONFLICT (report_id, path) DO UPDATE
SET publisher = excluded.publisher, fund = excluded.fund, account = excluded.account,
    budget_won = excluded.budget_won, executed_won = excluded.executed_won, day = excluded.day,
    section = excluded.section, text_line = excluded.text_line, table_row = excluded.table_row,
    table_column = excluded.table_column, seen = 1
WHERE budget_fund_accounts.seen = 0
RETURNING id
