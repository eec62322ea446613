-- Contracts by their day behind a place, as known at an instant; filters that are '' or 0 are off.
SELECT contract.id, line.name, contract.publisher, contract.title, contract.vendor_code,
       contract.vendor_name, contract.vendor_class, contract.kind, contract.method,
       contract.amount_won, contract.tax_basis, contract.estimated_won, contract.price_won,
       contract.contract_date, coalesce(contract.entry_id, 0), coalesce(contract.procedure_id, 0),
       contract.recorded_ms,
       CASE WHEN contract.withdrawn_ms <= $7 THEN contract.withdrawn_ms ELSE 0 END,
       CASE WHEN contract.withdrawn_ms <= $7 THEN contract.withdrawn_reason ELSE '' END
FROM budget_contracts AS contract
JOIN budget_lines AS line ON line.id = contract.line_id
WHERE ($1 = '' OR line.name = $1) AND ($2 = '' OR contract.publisher = $2)
    AND ($3 = '' OR contract.vendor_code = $3) AND ($4 = 0 OR contract.method = $4)
    AND contract.contract_date >= $5 AND ($6 = '' OR contract.contract_date <= $6)
    AND contract.recorded_ms <= $7
    AND ($8 = 1 OR contract.withdrawn_ms IS NULL OR contract.withdrawn_ms > $7)
    AND (contract.contract_date, contract.id) > ($9, $10)
ORDER BY contract.contract_date, contract.id
LIMIT $11
