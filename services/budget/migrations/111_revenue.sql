-- Non-tax revenue: classes, and what was assessed, collected and written off of each.
CREATE TABLE budget_revenue_classes (
    id INTEGER NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    publisher TEXT NOT NULL,
    label TEXT NOT NULL,
    kind INTEGER NOT NULL, -- sotong.budget.v1.RevenueKind
    legal_basis TEXT NOT NULL, -- '': that of the kind.
    recorded_ms BIGINT NOT NULL
);

-- Rows are never changed or deleted.
CREATE TABLE budget_revenue_records (
    id INTEGER NOT NULL PRIMARY KEY,
    class_id INTEGER NOT NULL REFERENCES budget_revenue_classes (id),
    fiscal_year INTEGER NOT NULL,
    action INTEGER NOT NULL CHECK (action BETWEEN 1 AND 3), -- sotong.budget.v1.RevenueAction
    amount_won BIGINT NOT NULL, -- Negative in a correction.
    day TEXT NOT NULL,
    description TEXT NOT NULL,
    corrects_id INTEGER REFERENCES budget_revenue_records (id),
    recorded_ms BIGINT NOT NULL
);
CREATE INDEX budget_revenue_records_by_class ON budget_revenue_records (class_id, fiscal_year, day);
CREATE INDEX budget_revenue_records_by_day ON budget_revenue_records (day, id);
CREATE INDEX budget_revenue_records_by_corrected ON budget_revenue_records (corrects_id)
    WHERE corrects_id IS NOT NULL;
