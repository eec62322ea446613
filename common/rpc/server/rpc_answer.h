/* Answers: the same steps for all protocols, which say in their tables what differs. On the loop's
 * thread. */
#pragma once

#include "rpc/server/rpc_call.h"

/* Sends the beginning of the answer: status, fields, the metadata that was added. */
void rpc_answer_start(struct rpc_call *call);

/* Sends a message of a stream, after the beginning. RESOURCE_EXHAUSTED: too large, or no memory;
 * the fault is set. call->full says then whether there is room for another. */
NODISCARD enum status rpc_answer_send(struct rpc_call *call, const ProtobufCMessage *message);

/* Ends the answer, or sends it whole: the message in call->encoded and the call's status. The
 * exchange is gone afterwards. */
void rpc_answer_end(struct rpc_call *call);

/* Packs the bytes behind the first `skip` of a buffer, where the client takes gzip and it is worth
 * it. True: they are packed now. */
bool rpc_answer_compress(struct rpc_call *call, struct buffer *bytes, size_t skip);

/* Adds to the response what handlers added; names of trailers get the prefix. */
void rpc_answer_add_fields(struct http_response *response, const struct rpc_added_fields *fields);
void rpc_answer_add_trailers(struct http_response *response, const struct rpc_added_fields *fields);
