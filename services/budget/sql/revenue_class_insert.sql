-- A class; ALREADY_EXISTS where its code is taken.
INSERT INTO budget_revenue_classes (code, publisher, label, kind, legal_basis, recorded_ms)
VALUES ($1, $2, $3, $4, $5, $6)
