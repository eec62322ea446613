-- Closes a line and those below it that are open.
UPDATE budget_lines SET closed_ms = $2
WHERE closed_ms IS NULL
    AND id IN (WITH RECURSIVE below(id) AS (
                   SELECT id FROM budget_lines WHERE id = $1
                   UNION ALL
                   SELECT line.id FROM budget_lines AS line JOIN below ON line.parent_id = below.id)
               SELECT id FROM below)
