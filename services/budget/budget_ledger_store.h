/* Writing a ledger that was derived from reports into the store, in the place of what it holds. */
#pragma once

#include "budget_derived.h"

/* Lines that the store has keep their names, derived entries that the ledger still means stay as
 * they were recorded, the others are taken back. A line that the ledger does not have is no longer
 * shown, and comes back under its name when it has it again. How lines stood before stays known. */
NODISCARD enum status ledger_store(struct db *db, struct arena *arena, const struct scope *scope,
                                   const struct ledger *ledger, struct derived_list *derived,
                                   struct derived_posted *posted);
