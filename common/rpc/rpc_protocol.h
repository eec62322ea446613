/* What the protocols have in common: each turns an HTTP request into a call's message, and a call
 * into an HTTP response. Streams will be added here. */
#pragma once

#include "rpc/rpc_call.h"

struct rpc_protocol {
    const char *name;
    /* Reads the call's metadata (encoding, deadline) and finds its message's bytes, which may be in
     * the call's arena. Any other status than OK fails the call; the fault is set. */
    enum status (*read)(struct rpc_call *call, const struct http_request *request,
                        struct text *message);
    /* Answers with call->encoded or with the error. Takes call->encoded; the exchange is gone
     * afterwards. */
    void (*reply)(struct rpc_call *call);
};

extern const struct rpc_protocol rpc_connect;     /* Unary, POST. */
extern const struct rpc_protocol rpc_connect_get; /* Unary without side effects, GET. */
extern const struct rpc_protocol rpc_grpc;

/* Compares a media type (parameters apart) without regard to case. */
bool rpc_media_type_is(struct text content_type, const char *media_type);

/* True when the only parameter of a content type, if any, is charset=utf-8. */
bool rpc_charset_is_utf8(struct text content_type);

/* Content types of Connect unary and of gRPC; false for all others. */
bool rpc_connect_accepts(struct text content_type);
bool rpc_grpc_accepts(struct text content_type);
