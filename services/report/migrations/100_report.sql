-- The imported reports and what is read from them.

-- A report is here from the moment that its numerals are: both come in one transaction.
CREATE TABLE report (
    report_id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    title TEXT NOT NULL,
    publisher TEXT NOT NULL,
    as_of TEXT NOT NULL,
    basis TEXT NOT NULL, -- The first day that its tables speak of, at most as_of.
    line_count INTEGER NOT NULL,
    facts_only INTEGER NOT NULL
);
CREATE INDEX report_by_date ON report (as_of, report_id);

-- An import that has begun to deliver slices and has not recorded its outcome.
CREATE TABLE report_import (
    report_id TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    as_of TEXT NOT NULL,
    begun_ms INTEGER NOT NULL
);

CREATE TABLE report_owner (
    report_id TEXT NOT NULL,
    owner TEXT NOT NULL,
    position INTEGER NOT NULL,
    figure_count INTEGER NOT NULL,
    table_count INTEGER NOT NULL,
    record_count INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    failure TEXT NOT NULL,
    PRIMARY KEY (report_id, owner)
);

CREATE TABLE report_kind (
    report_id TEXT NOT NULL,
    kind INTEGER NOT NULL, -- sotong.report.v1.Token.Kind
    count INTEGER NOT NULL,
    PRIMARY KEY (report_id, kind)
);

CREATE TABLE report_remark (
    report_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    line INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (report_id, position)
);

-- Numerals in the order of the text, some hundred a row: a sotong.report.v1.ListTokensResponse.
CREATE TABLE report_token_block (
    report_id TEXT NOT NULL,
    block INTEGER NOT NULL, -- From 0.
    tokens BLOB NOT NULL,
    PRIMARY KEY (report_id, block)
);

-- Records, in the order of the text; each holds its message of sotong.report.v1.
CREATE TABLE headcount (
    report_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    headcount BLOB NOT NULL,
    PRIMARY KEY (report_id, position)
);
CREATE TABLE audit_finding (
    report_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    finding BLOB NOT NULL,
    PRIMARY KEY (report_id, position)
);
CREATE TABLE organization_unit (
    report_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    unit BLOB NOT NULL,
    PRIMARY KEY (report_id, position)
);
CREATE TABLE organization_summary (
    report_id TEXT PRIMARY KEY,
    summary TEXT NOT NULL
);
