/* The protocols: each says in a table how it reads the head of a request, and how its answers begin
 * and end. Envelopes, streams and compression are the same for all; see rpc_inbox.h and
 * rpc_answer.h. */
#pragma once

#include "rpc/server/rpc_call.h"

struct rpc_protocol {
    const char *name;
    bool enveloped; /* Messages come in envelopes; otherwise the body is the message. */
    bool http2;     /* Needs HTTP/2. */
    /* Reads deadline and compression from the request's head. Any other status than OK fails the
     * call; the fault is set. */
    enum status (*read)(struct rpc_call *call, const struct http_request *request);
    /* Of envelopes: adds the fields with which the answer begins. */
    void (*head)(struct rpc_call *call, struct http_response *response);
    /* Of envelopes: adds the status and the trailers, to the response's trailers or behind its
     * body. RESOURCE_EXHAUSTED: no memory. */
    enum status (*tail)(struct rpc_call *call, struct http_response *response);
    /* Of whole bodies: finds the message's bytes, which may be in the call's arena, and whether
     * they are compressed. */
    enum status (*message)(struct rpc_call *call, const struct http_request *request,
                           struct text *bytes);
    /* Of whole bodies: answers; the exchange is gone afterwards. */
    void (*reply)(struct rpc_call *call);
};

extern const struct rpc_protocol rpc_connect;        /* Unary, POST. */
extern const struct rpc_protocol rpc_connect_get;    /* Unary without side effects, GET. */
extern const struct rpc_protocol rpc_connect_stream; /* All others. */
extern const struct rpc_protocol rpc_grpc;
extern const struct rpc_protocol rpc_web;

/* A content type that some protocol takes; its answers have the same. */
struct rpc_content_type {
    const char *name;
    const struct rpc_protocol *protocol;
    bool json;
    bool base64;
};

/* The one that a request names; NULL: none of them. */
const struct rpc_content_type *rpc_content_type_find(struct text content_type);

/* The one at an index, counted from 0; NULL: there are no more. */
const struct rpc_content_type *rpc_content_type_at(size_t index);

/* Whether the method's requests may have it: Connect has one form for unary calls and another for
 * streams. */
bool rpc_content_type_fits(const struct rpc_content_type *type, const struct rpc_method *method);

/* Neither side streams. */
static inline bool rpc_is_unary(const struct rpc_method *method)
{
    return !method->client_streams && !method->server_streams;
}

/* All of them, for Accept-Post. */
extern const char rpc_content_types[];

/* Reads a field that names one encoding into *gzip. UNIMPLEMENTED: neither identity nor gzip; the
 * fault, which lists them, is set. */
NODISCARD enum status rpc_encoding_read(struct rpc_call *call, struct text encoding, bool *gzip);

/* Whether a list of encodings, with or without weights, names gzip. */
bool rpc_encodings_accept_gzip(struct text encodings);

/* What the answer says about the encodings that are understood here. */
extern const char rpc_encodings[];

/* Reads up to digits_max digits. False: something else. */
bool rpc_number_read(struct text digits, size_t digits_max, int64_t *number);

/* ---- What gRPC and gRPC-Web share (rpc_grpc.c) ---- */

enum status rpc_grpc_read(struct rpc_call *call, const struct http_request *request);
void rpc_grpc_head(struct rpc_call *call, struct http_response *response);

/* grpc-status, grpc-message and grpc-status-details-bin of the call, in its arena; returns how
 * many. */
enum { RPC_GRPC_STATUS_FIELDS_MAX = 3 };
size_t rpc_grpc_status(struct rpc_call *call,
                       struct http_field fields[static RPC_GRPC_STATUS_FIELDS_MAX]);
