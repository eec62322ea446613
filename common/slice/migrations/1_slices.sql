-- The slices of reports. A slice is staged (state 0) part by part and then committed (state 1);
-- its figures and tables carry its id, so that both are seen or unseen with one row.
CREATE TABLE slices (
    id INTEGER NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL, -- The same for every slice of a report: page tokens hold it.
    report_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    title TEXT NOT NULL,
    as_of TEXT NOT NULL,
    publisher TEXT NOT NULL,
    state INTEGER NOT NULL CHECK (state IN (0, 1)),
    part_count INTEGER NOT NULL,
    figure_count INTEGER NOT NULL,
    table_count INTEGER NOT NULL,
    record_count INTEGER NOT NULL,
    UNIQUE (report_id, state)
);

-- Figures in the order of the text. `message` is the protobuf message; the other columns order and
-- search it. `labels` and `place` (section and printed text) are folded for searching.
CREATE TABLE slice_figures (
    slice_id INTEGER NOT NULL REFERENCES slices (id) ON DELETE CASCADE,
    line_number INTEGER NOT NULL,
    column_number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    unit TEXT NOT NULL,
    labels TEXT NOT NULL,
    place TEXT NOT NULL,
    message BYTEA NOT NULL,
    PRIMARY KEY (slice_id, line_number, column_number, position)
);

-- Tables in the order of the text; `search` holds title, section and cells, folded.
CREATE TABLE slice_tables (
    slice_id INTEGER NOT NULL REFERENCES slices (id) ON DELETE CASCADE,
    line_number INTEGER NOT NULL,
    column_number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    search TEXT NOT NULL,
    message BYTEA NOT NULL,
    PRIMARY KEY (slice_id, line_number, column_number, position)
);

-- The outcome of every part, for replays.
CREATE TABLE slice_requests (
    request_id TEXT NOT NULL PRIMARY KEY,
    report_id TEXT NOT NULL,
    digest TEXT NOT NULL,
    part INTEGER NOT NULL,
    committed INTEGER NOT NULL,
    figure_count INTEGER NOT NULL,
    table_count INTEGER NOT NULL,
    record_count INTEGER NOT NULL
);

-- Files of facts that were loaded or found unnecessary, so that a start does not read them again.
CREATE TABLE slice_facts (
    file TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL
);
