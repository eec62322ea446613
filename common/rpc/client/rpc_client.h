/* The client: unary calls and streams to the peers of a configuration, in Connect, gRPC or
 * gRPC-Web, with protobuf or JSON bodies, over HTTP/2 (many calls on one connection) or HTTP/1.1.
 *
 * A client may be used from several threads; its functions wait, the sockets are a thread's of its
 * own that starts with the first call. Generated code wraps them:
 *
 *     enum status budget_client_get_line(struct rpc_client *client,
 *                                        const struct rpc_options *options,
 *                                        const budget_get_line_request *in,
 *                                        budget_get_line_response **out);
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "rpc/client/rpc_client_limits.h"
#include "rpc/client/rpc_fields.h"
#include "rpc/rpc.h"

struct rpc_cancel;
struct rpc_client;
struct rpc_client_spans;
struct rpc_stream;

/* Which HTTP a peer is spoken to in. */
enum rpc_http {
    RPC_HTTP_AUTO, /* http://: HTTP/2 with prior knowledge. https://: what ALPN chooses. */
    RPC_HTTP_1,
    RPC_HTTP_2,
};

/* Where a service listens. */
struct rpc_peer {
    const char *service; /* "budget" */
    const char *url;     /* "http://127.0.0.1:8441", no slash at the end */
    enum rpc_http http;
};

/* Certificates for https://, as PEM in files or in memory; what is not given is libcurl's default.
 * TLS is 1.2 at least. */
struct rpc_client_tls {
    const char *ca_file;          /* Whose servers are trusted, instead of the system's. */
    const char *certificate_file; /* The client's own, with its chain. */
    const char *key_file;
    struct text ca_pem, certificate_pem, key_pem;
};

/* Everything in it is borrowed for the client's life. */
struct rpc_client_config {
    const struct rpc_peer *peers;
    size_t peer_count;
    const char *name; /* Who calls, in the User-Agent: "report". NULL: nobody in particular. */
    struct rpc_client_tls tls;
    /* 0 stands for the constant of rpc_client_limits.h. */
    int64_t connect_timeout_ms;           /* RPC_CONNECT_TIMEOUT_MS */
    int64_t idle_ms;                      /* RPC_IDLE_MS */
    int64_t ping_after_ms;                /* RPC_PING_AFTER_MS */
    int64_t ping_timeout_ms;              /* RPC_PING_TIMEOUT_MS */
    const struct rpc_client_spans *spans; /* rpc_client_spans.h; NULL: calls have none. */
    /* For tests: called on the client's thread whenever it wakes; NULL: nothing. */
    void (*turn)(void *context);
    void *turn_context;
};

/* INVALID_ARGUMENT: a URL is neither http:// nor https://. RESOURCE_EXHAUSTED: no memory. */
NODISCARD enum status rpc_client_new(const struct rpc_client_config *config,
                                     struct rpc_client **out);

/* No call or stream may be left. */
void rpc_client_free(struct rpc_client *client);

enum rpc_wire { RPC_WIRE_CONNECT, RPC_WIRE_GRPC, RPC_WIRE_GRPC_WEB };

/* One detail of a failed call. */
struct rpc_reply_detail {
    const char *type;  /* "google.rpc.BadRequest" */
    struct text value; /* Its protobuf bytes. */
};

/* What came besides the message, in the arena of the call's options. It is filled in when the call
 * or stream has ended, whether well or not. Values of names that end in -bin are bytes. */
struct rpc_reply {
    struct rpc_entries headers, trailers;
    const char *message; /* The peer's own words, or what went wrong before it said any. */
    const struct rpc_reply_detail *details;
    size_t detail_count;
    int http_status; /* 0: no answer. */
    int attempts;
};

/* What one call needs besides its message. */
struct rpc_options {
    const char *peer;    /* The service to ask: "budget". */
    int64_t timeout_ms;  /* 0: RPC_TIMEOUT_MS for calls, none for streams; -1: none. It covers
                          * connecting, retries and the answer. */
    struct arena *arena; /* The response is decoded into it. */
    struct fault *fault; /* What went wrong, with the peer's name; may be NULL. */

    enum rpc_wire wire;
    bool json;    /* Instead of protobuf. */
    bool gzip;    /* Compresses requests and asks for compressed answers. */
    bool get;     /* Connect, methods without side effects: HTTP GET, which caches may answer. */
    bool one_try; /* Never retries. */
    size_t response_bytes_max;        /* Of one message, inflated; 0: RPC_RESPONSE_BYTES_MAX. */
    const struct rpc_entry *metadata; /* Sent as headers; values of names that end in -bin are
                                       * bytes. At most RPC_METADATA_MAX. */
    size_t metadata_count;
    const char *traceparent; /* W3C trace context; NULL: none. */
    const char *tracestate;
    struct rpc_cancel *cancel; /* Ends the call when triggered (rpc_cancel.h); may be NULL. */
    struct rpc_reply *reply;   /* May be NULL. */
};

/* Calls a method. On OK *out is the response, in the arena. Otherwise the status is the peer's, or
 * UNAVAILABLE: it could not be reached, or was left alone because it could not be reached several
 * times; DEADLINE_EXCEEDED; CANCELLED; RESOURCE_EXHAUSTED: the answer is larger than allowed or
 * than the arena; INTERNAL: it broke the protocol; FAILED_PRECONDITION: no such peer is configured;
 * INVALID_ARGUMENT: metadata that HTTP does not allow.
 *
 * Retries: what the peer surely has not begun is sent again for every method. Idempotent methods
 * are also tried up to RPC_ATTEMPTS_MAX times on UNAVAILABLE, with backoff, as long as the peer's
 * budget of retries lasts (rpc_retry.h). */
NODISCARD enum status rpc_client_call(struct rpc_client *client, const struct rpc_options *options,
                                      const struct rpc_method *method, const ProtobufCMessage *in,
                                      ProtobufCMessage **out);

/* Posts JSON to a path of a peer and returns the answer's JSON as it came; for `sotong call`. */
NODISCARD enum status rpc_client_call_json(struct rpc_client *client,
                                           const struct rpc_options *options, const char *path,
                                           struct text json, struct text *answer);

/* ---- Streams ----
 *
 * A stream belongs to one thread at a time; only its cancelling may come from others. The sequence
 * is: open, send each message, close, receive until the end, free; a server that answers while it
 * is being sent to may be received from in between (over HTTP/2). Generated code wraps send and
 * receive with the method's types. */

/* Opens a stream of a method. Nothing is waited for. options and what it points to are borrowed
 * until the stream is freed. */
NODISCARD enum status rpc_stream_open(struct rpc_client *client, const struct rpc_options *options,
                                      const struct rpc_method *method, struct rpc_stream **out);

/* Sends a message; waits while much is unsent. CANCELLED: the call is over already, and
 * rpc_stream_receive says how; DEADLINE_EXCEEDED; RESOURCE_EXHAUSTED: too large, or no memory. */
NODISCARD enum status rpc_stream_send(struct rpc_stream *stream, const ProtobufCMessage *message);

/* The client has sent its last message. */
NODISCARD enum status rpc_stream_close(struct rpc_stream *stream);

/* The next message, in the arena. OK with NULL: the stream has ended well. Any other status ends
 * the stream, as that of rpc_client_call, and is returned again from then on; what ended it is in
 * the fault and the reply of its options. */
NODISCARD enum status rpc_stream_receive(struct rpc_stream *stream, struct arena *arena,
                                         ProtobufCMessage **out);

/* For methods where only the client streams: closes, and receives the one message of the answer. */
NODISCARD enum status rpc_stream_finish(struct rpc_stream *stream, ProtobufCMessage **out);

/* Ends the stream with CANCELLED, from any thread. */
void rpc_stream_cancel(struct rpc_stream *stream);

/* Lets go of it; cancels it where it runs. Accepts NULL. */
void rpc_stream_free(struct rpc_stream *stream);
