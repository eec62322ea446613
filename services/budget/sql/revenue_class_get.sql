-- One class by its code.
SELECT id, code, publisher, label, kind, legal_basis FROM budget_revenue_classes WHERE code = $1
