-- An item of an account.
INSERT INTO budget_fund_items (account_id, position, label, amount_won, text_line, table_row,
                               table_column)
VALUES ($1, $2, $3, $4, $5, $6, $7)
