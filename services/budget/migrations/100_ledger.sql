-- The budget ledger: what was read of which report, lines, immutable entries, balances.

-- One recognised table of a report, seen as a snapshot of one fiscal year. A comparison has two:
-- its own year, and (previous = 1) the year before.
CREATE TABLE budget_readings (
    id INTEGER NOT NULL PRIMARY KEY,
    report_id TEXT NOT NULL,
    report_day TEXT NOT NULL, -- The day of the report.
    table_name TEXT NOT NULL,
    table_line INTEGER NOT NULL,
    section TEXT NOT NULL, -- Headings above the table, separated by line feeds.
    publisher TEXT NOT NULL,
    fiscal_year INTEGER NOT NULL,
    kind INTEGER NOT NULL CHECK (kind IN (1, 2)), -- 1 execution, 2 comparison
    previous INTEGER NOT NULL CHECK (previous IN (0, 1)),
    day TEXT NOT NULL, -- The day the amounts speak of.
    seen INTEGER NOT NULL CHECK (seen IN (0, 1)), -- 0 only while its report is read again.
    UNIQUE (report_id, table_name, fiscal_year)
);
CREATE INDEX budget_readings_by_scope ON budget_readings (publisher, fiscal_year, day);

CREATE TABLE budget_lines (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE, -- lines/{fiscal_year}-{fund}-{code}
    fiscal_year INTEGER NOT NULL,
    code INTEGER NOT NULL,
    publisher TEXT NOT NULL,
    path TEXT NOT NULL, -- Folded labels from the root.
    parent_id INTEGER REFERENCES budget_lines (id),
    label TEXT NOT NULL,
    depth INTEGER NOT NULL,
    position INTEGER NOT NULL, -- 0 only while a rebuild runs.
    memo INTEGER NOT NULL CHECK (memo IN (0, 1)),
    first_day TEXT NOT NULL,
    drop_day TEXT, -- From this day on its table no longer prints it.
    reading_id INTEGER NOT NULL, -- Where it was first read.
    text_line INTEGER NOT NULL,
    table_row INTEGER NOT NULL,
    UNIQUE (publisher, fiscal_year, path),
    UNIQUE (fiscal_year, code)
);
CREATE INDEX budget_lines_by_position ON budget_lines (fiscal_year, publisher, position);
CREATE INDEX budget_lines_by_parent ON budget_lines (parent_id);

-- What a line was called from a day on: reports word the same line differently.
CREATE TABLE budget_labels (
    line_id INTEGER NOT NULL REFERENCES budget_lines (id) ON DELETE CASCADE,
    day TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (line_id, day)
);

CREATE TABLE budget_entries (
    id INTEGER NOT NULL PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES budget_lines (id),
    kind INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4), -- sotong.budget.v1.EntryKind
    amount_won BIGINT NOT NULL,
    effective_date TEXT NOT NULL,
    recorded_ms BIGINT NOT NULL,
    rounding INTEGER NOT NULL CHECK (rounding IN (0, 1)),
    reading_id INTEGER, -- The reading it was derived from; NULL: recorded by a call.
    text_line INTEGER NOT NULL,
    table_row INTEGER NOT NULL,
    table_column INTEGER NOT NULL
);
CREATE INDEX budget_entries_by_line ON budget_entries (line_id, effective_date);
CREATE INDEX budget_entries_by_day ON budget_entries (effective_date, id);

-- Balances of all entries so far, lines below included; they follow from the entries.
CREATE TABLE budget_balances (
    line_id INTEGER NOT NULL PRIMARY KEY REFERENCES budget_lines (id) ON DELETE CASCADE,
    current_won BIGINT NOT NULL,
    committed_won BIGINT NOT NULL,
    spent_won BIGINT NOT NULL
);

CREATE TABLE budget_fund_accounts (
    id INTEGER NOT NULL PRIMARY KEY,
    report_id TEXT NOT NULL,
    publisher TEXT NOT NULL,
    path TEXT NOT NULL, -- Fund and account, folded.
    fund TEXT NOT NULL,
    account TEXT NOT NULL,
    budget_won BIGINT NOT NULL,
    executed_won BIGINT NOT NULL,
    day TEXT NOT NULL,
    section TEXT NOT NULL,
    text_line INTEGER NOT NULL,
    table_row INTEGER NOT NULL,
    table_column INTEGER NOT NULL,
    seen INTEGER NOT NULL CHECK (seen IN (0, 1)), -- 0 only while its report is read again.
    UNIQUE (report_id, path)
);

CREATE TABLE budget_fund_items (
    account_id INTEGER NOT NULL REFERENCES budget_fund_accounts (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    label TEXT NOT NULL,
    amount_won BIGINT NOT NULL,
    text_line INTEGER NOT NULL,
    table_row INTEGER NOT NULL,
    table_column INTEGER NOT NULL,
    PRIMARY KEY (account_id, position)
);
