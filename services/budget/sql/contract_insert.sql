-- A contract.
INSERT INTO budget_contracts (line_id, publisher, title, vendor_code, vendor_name, vendor_class,
                              kind, method, amount_won, tax_basis, estimated_won, price_won,
                              contract_date, entry_id, procedure_id, recorded_ms, withdrawn_reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, '')
RETURNING id
