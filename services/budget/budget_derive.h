/* From the slice of a report to ledger and funds: reads the slice's tables, keeps which of them are
 * budget tables (readings), and rebuilds the ledgers that they belong to from all readings, in the
 * order of their days, so that a report that comes late, twice or corrected leaves the same ledger
 * as one that came in order. */
#pragma once

#include "base/fault.h"
#include "db/db.h"
#include "slice.rpc.h"

enum { TABLES_PER_REPORT_MAX = 200 };

/* For struct slice: runs in the transaction that commits the slice. Removes what the report gave
 * before. OUT_OF_RANGE: amounts that do not fit 64 bits; the fault says of what. */
NODISCARD enum status budget_derive(void *self, struct db *db, struct arena *arena,
                                    const slice_slice_source *source, slice_put_slice_response *out,
                                    struct fault *fault);

/* For struct slice. */
NODISCARD enum status budget_count_records(void *self, struct db *db, int64_t *count);
