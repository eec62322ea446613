-- The same before a rebuild words a line differently or puts it elsewhere; nothing where it does not.
INSERT INTO budget_events (sequence, kind, recorded_ms, line, label)
SELECT (SELECT coalesce(max(sequence), 0) + 1 FROM budget_events), $2, $3, name, $5
FROM budget_lines
WHERE id = $1
    AND (label <> $5 OR depth <> $6 OR memo <> $7 OR coalesce(parent_id, 0) <> coalesce($4, 0))
