/* Storing slices; what slice_handlers.c and slice_facts.c stand on. All functions run inside the
 * caller's transaction. */
#pragma once

#include "slice/slice.h"

/* What is wrong with one field of a request. */
struct slice_violation {
    char field[96];
    char description[192];
};

/* Checks what the fields' own bounds cannot say: that figures and tables belong to this service and
 * this report. False: *violation says which does not. */
NODISCARD bool slice_request_check(const struct slice *slice, const slice_put_slice_request *in,
                                   struct slice_violation *violation);

/* Stores one part, as PutSlice says. The statuses are those of the .proto; others come from the
 * store or from slice->derive. Unless OK, the caller rolls back. */
NODISCARD enum status slice_put(struct slice *slice, struct db *db, struct arena *arena,
                                const slice_put_slice_request *in, slice_put_slice_response *out,
                                struct fault *fault);

/* OK: a slice of this report is committed. NOT_FOUND: none is. */
NODISCARD enum status slice_is_held(struct db *db, const char *report_id);
