-- Money of a line that is set aside.
INSERT INTO budget_reservations (line_id, amount_won, state, posted_won, subject, created_ms,
                                 expires_ms)
VALUES ($1, $2, 1, 0, $3, $4, $5)
RETURNING id
