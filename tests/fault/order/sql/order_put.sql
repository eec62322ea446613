-- An order, or how far it has come.
INSERT INTO orders (id, state, reservation) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, reservation = excluded.reservation
