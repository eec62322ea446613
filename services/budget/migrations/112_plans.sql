-- Plans of lines, reasons for being behind, and grants that are paid in instalments.

-- Of a line the last one counts. One without points takes the line's plan away. Rows are never
-- changed or deleted.
CREATE TABLE budget_plans (
    id INTEGER NOT NULL PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES budget_lines (id),
    basis INTEGER NOT NULL CHECK (basis IN (1, 2)), -- sotong.budget.v1.PlanBasis
    recorded_ms BIGINT NOT NULL
);
CREATE INDEX budget_plans_by_line ON budget_plans (line_id, id);

CREATE TABLE budget_plan_points (
    plan_id INTEGER NOT NULL REFERENCES budget_plans (id),
    day TEXT NOT NULL,
    rate_hundredths INTEGER NOT NULL, -- Of a percent of the current budget; 0: amount_won counts.
    amount_won BIGINT NOT NULL,
    PRIMARY KEY (plan_id, day)
) WITHOUT ROWID;

-- Of several reasons for a day the last one counts. Rows are never changed or deleted.
CREATE TABLE budget_pace_reasons (
    id INTEGER NOT NULL PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES budget_lines (id),
    reason INTEGER NOT NULL, -- sotong.budget.v1.PaceReason
    note TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    recorded_ms BIGINT NOT NULL
);
CREATE INDEX budget_pace_reasons_by_line ON budget_pace_reasons (line_id, id);

CREATE TABLE budget_grants (
    id INTEGER NOT NULL PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES budget_lines (id),
    grantee_code TEXT NOT NULL,
    grantee_name TEXT NOT NULL,
    total_won BIGINT NOT NULL CHECK (total_won > 0),
    recorded_ms BIGINT NOT NULL
);
CREATE INDEX budget_grants_by_line ON budget_grants (line_id, id);

CREATE TABLE budget_instalments (
    grant_id INTEGER NOT NULL REFERENCES budget_grants (id),
    position INTEGER NOT NULL, -- From 1.
    due_day TEXT NOT NULL,
    amount_won BIGINT NOT NULL CHECK (amount_won > 0),
    entry_id INTEGER, -- The expenditure; NULL: none was named.
    PRIMARY KEY (grant_id, position)
) WITHOUT ROWID;
CREATE UNIQUE INDEX budget_instalments_by_entry ON budget_instalments (entry_id)
    WHERE entry_id IS NOT NULL;
