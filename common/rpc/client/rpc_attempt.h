/* One attempt of a call or stream: an exchange spoken in one of the protocols. It moves messages as
 * bytes; what they hold is rpc_client.c's and rpc_stream.c's. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "rpc/client/rpc_client.h"
#include "rpc/client/rpc_dialect.h"
#include "rpc/client/rpc_engine.h"
#include "rpc/rpc_cancel.h"
#include "rpc/rpc_envelope.h"
#include "rpc/rpc_gzip.h"

struct rpc_attempt {
    struct rpc_route *route;
    const struct rpc_options *options;
    const struct rpc_dialect *dialect;
    const char *path; /* "/sotong.budget.v1.BudgetService/GetLine" */
    bool get;
    int64_t deadline_ms; /* By clock_monotonic_ms(); INT64_MAX: none. */
    size_t response_bytes_max;

    struct rpc_exchange *exchange;
    struct rpc_cancel_listener listener; /* Cancels the exchange. */
    struct rpc_gzip gzip;
    struct buffer frame;   /* Bytes as they travel. */
    struct buffer message; /* A message unpacked, or packed. */
    struct arena arena;    /* Of what an error says. */

    bool head_read;
    bool inflates;      /* The answer's messages may be compressed. */
    bool body_begun;    /* Some of it has come. */
    bool trailers_only; /* The answer's head was at the same time its end. */

    /* How it ended. */
    bool over;
    enum status status;
    struct fault said;
    bool by_peer;               /* `said` are the peer's words, */
    const char *words;          /* and these are all of them; NULL: no memory. */
    struct rpc_fields trailers; /* Those within the body, of Connect and gRPC-Web. */
    struct rpc_reply_detail *details;
    size_t detail_count;
    int64_t pushback_ms; /* When the peer wants to be asked again; -1: never; 0: it did not say. */
    bool pushed_back;
};

struct rpc_attempt_config {
    struct rpc_route *route;
    const struct rpc_options *options; /* Borrowed for its life. */
    const struct rpc_dialect *dialect;
    const char *path;
    int64_t deadline_ms;
};

/* RESOURCE_EXHAUSTED: no memory, or the metadata are too much. */
NODISCARD enum status rpc_attempt_init(struct rpc_attempt *attempt,
                                       const struct rpc_attempt_config *config);
void rpc_attempt_free(struct rpc_attempt *attempt);

/* Starts it. With a first message where there is only one, which is then also the last. */
NODISCARD enum status rpc_attempt_start(struct rpc_attempt *attempt, const struct text *only);

/* Sends a message, or with NULL ends the request. As rpc_stream_send. */
NODISCARD enum status rpc_attempt_send(struct rpc_attempt *attempt, const struct text *message);

/* The next message's bytes, valid until the next call. False: it is over, see `status`. */
bool rpc_attempt_receive(struct rpc_attempt *attempt, struct text *message);

/* Of a unary answer: the one message. False: it is over, with another status than OK. */
bool rpc_attempt_receive_one(struct rpc_attempt *attempt, struct text *message);

/* Fills the options' reply, in their arena. */
void rpc_attempt_report(const struct rpc_attempt *attempt, int attempts);

/* ---- For dialects ---- */

/* Ends it; the first end counts. */
void rpc_attempt_end(struct rpc_attempt *attempt, enum status status, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Ends it with what the peer said. */
void rpc_attempt_end_by_peer(struct rpc_attempt *attempt, enum status status, struct text message);

/* Reads the rest of the body, at most bytes_max, into attempt->message, inflated where it is.
 * False: it is over. */
bool rpc_attempt_read_all(struct rpc_attempt *attempt, size_t bytes_max, bool inflate);

/* The status that all protocols give an answer which is not in the protocol. */
enum status rpc_status_of_http(int http_status);
