/* How each protocol writes a request's head and reads an answer's. */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "rpc/client/rpc_fields.h"

struct rpc_attempt;

struct rpc_dialect {
    bool enveloped;     /* Messages have heads; otherwise the body is the message. */
    uint8_t end_flag;   /* Of the envelope that ends an answer; 0: none does. */
    const char *prefix; /* Of the content type: "application/grpc+". */
    const char *sends;  /* The field that names the compression of messages… */
    const char *takes;  /* …and the one that names what may come. */
    /* The fields of its own. */
    enum status (*write_head)(struct rpc_attempt *attempt, struct rpc_fields *fields);
    /* Looks at the answer's head, with its status and content type; may end the attempt. */
    void (*read_head)(struct rpc_attempt *attempt);
    /* The envelope with the end flag; ends the attempt. */
    void (*read_end)(struct rpc_attempt *attempt, struct text bytes);
    /* The body has ended; ends the attempt. */
    void (*body_ended)(struct rpc_attempt *attempt);
};

extern const struct rpc_dialect rpc_dialect_connect;        /* Unary. */
extern const struct rpc_dialect rpc_dialect_connect_stream; /* All kinds but unary. */
extern const struct rpc_dialect rpc_dialect_grpc;
extern const struct rpc_dialect rpc_dialect_grpc_web;

/* The path of a Connect GET with this message; NULL: no memory, or longer than
 * RPC_PATH_BYTES_MAX. */
char *rpc_connect_get_path(const struct rpc_attempt *attempt, struct text message);
