-- The parts of a grant, with what stands of their expenditure as of a day ('': after all entries).
SELECT part.position, part.due_day, part.amount_won, coalesce(part.entry_id, 0),
       CAST(coalesce((SELECT sum(entry.amount_won) FROM budget_entries AS entry
                      WHERE (entry.id = part.entry_id OR entry.corrects_id = part.entry_id)
                          AND ($2 = '' OR entry.effective_date <= $2)), 0) AS BIGINT)
FROM budget_instalments AS part
WHERE part.grant_id = $1
ORDER BY part.position
