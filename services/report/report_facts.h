/* Reports that come as facts: files of sotong.report.v1.ReportFacts in proto3 JSON, named
 * `{report_id}.json`. */
#pragma once

#include "base/fault.h"
#include "base/status.h"
#include "db/db.h"

/* Loads the facts of a directory whose reports the store does not have, each in a transaction of
 * its own. A missing directory has none. INVALID_ARGUMENT: a file is wrong; the fault names it. */
NODISCARD enum status report_facts_load(struct db *writer, const char *directory,
                                        struct fault *fault);
