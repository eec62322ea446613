/* The records that follow from the service's own slice: the hooks of struct slice. */
#pragma once

#include "slice/slice.h"

/* slice.derive: reads headcounts, audit findings and the summary of the organisation from the slice
 * that is being committed, in place of those of the same report before. */
NODISCARD enum status report_derive(void *self, struct db *db, struct arena *arena,
                                    const slice_slice_source *source, slice_put_slice_response *out,
                                    struct fault *fault);

/* slice.count_records. */
NODISCARD enum status report_count_records(void *self, struct db *db, int64_t *count);
