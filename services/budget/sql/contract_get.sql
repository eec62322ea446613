-- One contract.
SELECT contract.id, line.name, contract.publisher, contract.title, contract.vendor_code,
       contract.vendor_name, contract.vendor_class, contract.kind, contract.method,
       contract.amount_won, contract.tax_basis, contract.estimated_won, contract.price_won,
       contract.contract_date, coalesce(contract.entry_id, 0), coalesce(contract.procedure_id, 0),
       contract.recorded_ms, coalesce(contract.withdrawn_ms, 0), contract.withdrawn_reason
FROM budget_contracts AS contract
JOIN budget_lines AS line ON line.id = contract.line_id
WHERE contract.id = $1
