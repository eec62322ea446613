/* The import of a report: a saga over the five owners of slices.
 *
 *   read        bytes → text → numerals, figures and tables by owner
 *   begin       the intent is recorded before the first slice leaves
 *   deliver     each owner gets its slice, in parts, with request ids that a retry repeats
 *   end         the report, its numerals, its own slice and each owner's outcome become visible in
 *               one transaction
 *
 * An owner that cannot be reached is listed with the reason and the report is not complete. The
 * same call with the same text delivers what is missing; so it does after a crash at any point.
 * The text itself is not kept. */
#pragma once

#include "report.h"
#include "report.rpc.h"

/* Errors are those of the RPC. */
NODISCARD enum status report_import_run(struct report *self, struct rpc_call *call,
                                        const report_import_report_request *in,
                                        report_import_report_response *out);

/* A report with its counts as the store has it, in the arena. NOT_FOUND: there is none. */
struct report_row;
NODISCARD enum status report_message_of(struct db *db, struct arena *arena,
                                        const struct report_row *row, report_report **out);
