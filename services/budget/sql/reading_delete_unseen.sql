-- Forgets what a report no longer holds.
DELETE FROM budget_readings WHERE report_id = $1 AND seen = 0
