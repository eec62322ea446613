-- What is planned to be paid from accounts of funds. An account is known by its bureau and path, so
-- that every report of it shows what is planned.
CREATE TABLE budget_fund_plans (
    id INTEGER NOT NULL PRIMARY KEY,
    publisher TEXT NOT NULL,
    path TEXT NOT NULL,
    label TEXT NOT NULL,
    amount_won BIGINT NOT NULL CHECK (amount_won > 0),
    day TEXT NOT NULL,
    settled_day TEXT NOT NULL, -- '': it stands.
    recorded_ms BIGINT NOT NULL
);
CREATE INDEX budget_fund_plans_by_account ON budget_fund_plans (publisher, path, day);
