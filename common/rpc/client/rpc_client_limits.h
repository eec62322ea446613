/* Every limit of the RPC client, with its unit. Times that tests shorten are in
 * struct rpc_client_config too. */
#pragma once

enum {
    RPC_TIMEOUT_MS = 10000, /* Of a call that names none. */
    RPC_RESPONSE_BYTES_MAX = 64 * 1024 * 1024,
    RPC_REQUEST_BYTES_MAX = 64 * 1024 * 1024,
    RPC_COMPRESS_BYTES_MIN = 256,      /* What is smaller grows more often than it shrinks. */
    RPC_ERROR_BYTES_MAX = 1024 * 1024, /* The body of an error, inflated. */
    RPC_ERROR_ARENA_BYTES_MAX = 8 * 1024 * 1024,
    RPC_PATH_BYTES_MAX = 64 * 1024, /* Of a GET, with its message. */
    RPC_METADATA_MAX = 128,         /* Entries that a caller may send. */

    RPC_CONNECT_TIMEOUT_MS = 5000,
    RPC_IDLE_MS = 60000,         /* Then a connection without calls is closed. */
    RPC_PING_AFTER_MS = 20000,   /* Of silence on a connection with calls. */
    RPC_PING_TIMEOUT_MS = 10000, /* Then a connection is dead. */
    RPC_PING_EVERY_MS = 300000,  /* Between pings, while nothing but their answers comes. */
    RPC_SILENCE_MS = 1000,       /* After which a call given up makes a connection suspicious. */

    RPC_CONNECTIONS_MAX = 4, /* To one peer over HTTP/2; over HTTP/1.1 libcurl's pool. */
    RPC_HTTP1_CONNECTIONS_MAX = 32,
    RPC_STREAMS_ASSUMED = 100, /* At once on a connection, before the peer's SETTINGS are known. */
    RPC_WAITING_MAX = 4096,    /* Calls that wait for a connection to one peer. */
    RPC_STREAM_WINDOW_BYTES = 1024 * 1024,
    RPC_CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024,
    RPC_SEND_QUEUE_BYTES_MAX = 1024 * 1024, /* Of a stream's messages that wait to be sent. */
    RPC_REPLAY_BYTES_MAX = 64 * 1024, /* What was sent and is kept until the peer answers, to be
                                       * sent again where it surely was not processed. */
    RPC_REPLAYS_MAX = 3,
    RPC_OUTPUT_BYTES = 64 * 1024, /* Written to a connection at once. */

    RPC_ATTEMPTS_MAX = 3,
    RPC_BACKOFF_MS = 50, /* Before the second attempt; four times that before the third. */
    RPC_BACKOFF_FACTOR = 4,
    RPC_RETRY_TOKENS_MAX = 10,  /* A failure takes one; above half of them retries are allowed. */
    RPC_RETRY_TOKEN_PARTS = 10, /* A success gives back one part. */

    RPC_BREAKER_FAILURES = 5,        /* In a row, of attempts that reached no peer. */
    RPC_BREAKER_OPEN_MS = 500,       /* Doubled by each failed trial… */
    RPC_BREAKER_OPEN_MS_MAX = 10000, /* …up to this. */

    RPC_CLIENT_STACK_BYTES = 512 * 1024,
};
