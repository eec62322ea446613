/* What the tables of the budget service must say of each other at any time, asked of the store with
 * statements of the tests' own. */
#pragma once

#include "db/db.h"

/* Days, balances and totals follow from the entries and reservations, and every entry that was
 * posted is in the feed. */
void budget_check_sums(struct db *db);
