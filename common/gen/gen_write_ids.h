/* Write ids: methods of the write lane whose request has a field `request_id`. The runtime answers
 * a repeated call with what the first one answered (rpc_replay.h). */
#pragma once

#include "gen/gen_schema.h"

/* Whether the runtime replays the method. INVALID_ARGUMENT: it would, but its request_id is not a
 * single string that must be set, or its request holds a map, whose entries have no order by which
 * to tell a repeated request from another; the fault says which. */
NODISCARD enum status gen_method_replayed(const struct gen_schema *schema, const gen_file *file,
                                          const gen_method *method, bool *replayed,
                                          struct fault *fault);
