-- The items of an account, in the order of the text.
SELECT label, amount_won, text_line, table_row, table_column FROM budget_fund_items
WHERE account_id = $1
ORDER BY position
