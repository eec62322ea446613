-- Forgets what was read of a report, before it is read again.
DELETE FROM budget_readings WHERE report_id = $1
