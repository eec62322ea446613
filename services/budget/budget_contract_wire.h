/* Contracts, procedures and warnings as messages, in the call's arena. All return NULL where there
 * is no memory. */
#pragma once

#include "budget_contract_store.h"
#include "budget_contract_warnings.h"
#include "contract.rpc.h"

NODISCARD budget_contract *contract_message(struct arena *arena,
                                            const struct contract_record *record);

/* The message of a broken rule, with the figures. */
NODISCARD budget_contract_finding *finding_message(struct arena *arena,
                                                   const struct contract_case *contract,
                                                   const struct contract_law *law,
                                                   const struct contract_finding *finding);

NODISCARD budget_procedure *procedure_message(struct arena *arena,
                                              const struct procedure_record *record,
                                              const struct stage_record *stages,
                                              size_t stage_count);

NODISCARD budget_contract_warning *warning_message(struct arena *arena,
                                                   const struct contract_warning *warning);
