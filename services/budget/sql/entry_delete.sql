-- An entry that its reports no longer mean.
DELETE FROM budget_entries WHERE id = $1
