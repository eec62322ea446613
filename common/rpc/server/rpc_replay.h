/* Write ids. A call of the write lane whose request has a `request_id` (rpc_method) takes effect
 * once: repeated with the same content it is answered as it was first, and its handler does not
 * run; with other content, or of another method, it fails with ALREADY_EXISTS and the reason
 * REQUEST_ID_REUSED. Only calls that succeed are remembered, in the same transaction as what they
 * wrote; headers and trailers that their handler added are not.
 *
 * Content is the request's message, whether it came as protobuf or as JSON: what is compared is the
 * SHA-256 of its encoding by rpc_encode, to which fields have one order and defaults are nothing.
 * Unknown fields belong to it. The generator refuses maps in such requests. */
#pragma once

#include "rpc/rpc.h"

/* The call is one of those that take effect once. */
bool rpc_replay_applies(const struct rpc_call *call);

/* On the call's loop, before it is queued for the writer: the digest of its request, which is work
 * that the writer need not do for all. RESOURCE_EXHAUSTED: no memory; the fault is set. */
NODISCARD enum status rpc_replay_prepare(struct rpc_call *call);

/* On the writer, within the call's savepoint: finds its first answer, or runs its handler and keeps
 * what it answers. Returns and keeps the call's status, as rpc_call_run does. */
enum status rpc_replay_run(struct rpc_call *call);
