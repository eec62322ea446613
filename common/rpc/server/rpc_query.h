/* The query of a Connect GET, percent-decoded. */
#pragma once

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"

/* Parameters that are absent have NULL bytes; others than these are ignored. */
struct rpc_query {
    struct text connect;
    struct text encoding;
    struct text message;
    struct text base64;
    struct text compression;
};

/* INVALID_ARGUMENT: a broken percent sign. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_query_parse(struct arena *arena, struct text query, struct rpc_query *out,
                                      struct fault *fault);
