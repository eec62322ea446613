-- Contracts, and the procedures that lead to them.
CREATE TABLE budget_procedures (
    id INTEGER NOT NULL PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES budget_lines (id),
    title TEXT NOT NULL,
    amount_won BIGINT NOT NULL CHECK (amount_won > 0),
    stage INTEGER NOT NULL, -- sotong.budget.v1.ProcedureStage
    failed_count INTEGER NOT NULL,
    last_day TEXT NOT NULL, -- Of its last stage; '': it has none.
    contract_id INTEGER,
    recorded_ms BIGINT NOT NULL
);
CREATE INDEX budget_procedures_by_line ON budget_procedures (line_id, id);

-- Rows are never changed or deleted.
CREATE TABLE budget_procedure_stages (
    procedure_id INTEGER NOT NULL REFERENCES budget_procedures (id),
    position INTEGER NOT NULL, -- From 1.
    stage INTEGER NOT NULL,
    day TEXT NOT NULL,
    note TEXT NOT NULL,
    recorded_ms BIGINT NOT NULL,
    PRIMARY KEY (procedure_id, position)
) WITHOUT ROWID;

CREATE TABLE budget_contracts (
    id INTEGER NOT NULL PRIMARY KEY,
    line_id INTEGER NOT NULL REFERENCES budget_lines (id),
    publisher TEXT NOT NULL, -- The line's.
    title TEXT NOT NULL,
    vendor_code TEXT NOT NULL,
    vendor_name TEXT NOT NULL,
    vendor_class INTEGER NOT NULL, -- sotong.budget.v1.VendorClass
    kind INTEGER NOT NULL, -- sotong.budget.v1.ContractKind
    method INTEGER NOT NULL, -- sotong.budget.v1.ContractMethod
    amount_won BIGINT NOT NULL CHECK (amount_won > 0),
    tax_basis INTEGER NOT NULL, -- sotong.budget.v1.TaxBasis
    estimated_won BIGINT NOT NULL,
    price_won BIGINT NOT NULL, -- What was compared with the limits.
    contract_date TEXT NOT NULL,
    entry_id INTEGER, -- The commitment; NULL: none was named.
    procedure_id INTEGER REFERENCES budget_procedures (id),
    recorded_ms BIGINT NOT NULL,
    withdrawn_ms BIGINT, -- NULL: it stands.
    withdrawn_reason TEXT NOT NULL
);
CREATE INDEX budget_contracts_by_day ON budget_contracts (contract_date, id);
CREATE INDEX budget_contracts_by_bureau ON budget_contracts (publisher, contract_date);
CREATE INDEX budget_contracts_by_entry ON budget_contracts (entry_id) WHERE entry_id IS NOT NULL;
