-- Names the expenditure of a part; ALREADY_EXISTS where another part has it.
UPDATE budget_instalments SET entry_id = $3 WHERE grant_id = $1 AND position = $2
