/* The details of a failed call, as messages of google.rpc. */
#pragma once

#include "rpc/server/rpc_call.h"

/* One detail: `type` is the message's full name, `bytes` its encoding in the call's arena. */
struct rpc_detail {
    const char *type;
    const ProtobufCMessage *message; /* NULL: of a type that is unknown here. */
    struct text bytes;
};

enum { RPC_DETAILS_MAX = 2 + RPC_DETAILS_ADDED_MAX };

bool rpc_error_has_details(const struct rpc_call *call);

/* Fills details[] from the call's violations, its reason and what handlers added; returns how many.
 * Without memory there are none: the error itself must still reach the client. */
size_t rpc_error_details(struct rpc_call *call, struct rpc_detail details[static RPC_DETAILS_MAX]);

/* The bytes of a google.rpc.Status of the call, in its arena; empty without memory. */
struct text rpc_error_status(struct rpc_call *call);
