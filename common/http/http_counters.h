/* What a server has counted since it began: traffic, and every limit that was met.
 *
 * Each server (one a loop) has its own and is the only writer; any thread may read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_counter {
    HTTP_COUNT_CONNECTIONS,
    HTTP_COUNT_CONNECTIONS_OPEN,
    HTTP_COUNT_REQUESTS,
    HTTP_COUNT_REQUESTS_OPEN,
    HTTP_COUNT_BODIES_BYTES,
    HTTP_COUNT_QUEUED_BYTES,
    HTTP_COUNT_BYTES_IN,
    HTTP_COUNT_BYTES_OUT,
    HTTP_COUNT_HANDSHAKES,
    /* From here on: limits that were met, and rules that were broken. */
    HTTP_COUNT_CONNECTIONS_REFUSED,
    HTTP_COUNT_HANDSHAKES_REFUSED,
    HTTP_COUNT_HANDSHAKES_FAILED,
    HTTP_COUNT_HANDSHAKE_TIMEOUTS,
    HTTP_COUNT_PLAIN_REFUSED,
    HTTP_COUNT_HEAD_TIMEOUTS,
    HTTP_COUNT_BODY_TIMEOUTS,
    HTTP_COUNT_IDLE_TIMEOUTS,
    HTTP_COUNT_WRITE_TIMEOUTS,
    HTTP_COUNT_HEADS_TOO_LARGE,
    HTTP_COUNT_HEADS_REFUSED,
    HTTP_COUNT_BODIES_TOO_LARGE,
    HTTP_COUNT_BODIES_REFUSED,
    HTTP_COUNT_STREAMS_REFUSED,
    HTTP_COUNT_RESETS_IN,
    HTTP_COUNT_RESETS_OUT,
    HTTP_COUNT_RESET_FLOODS,
    HTTP_COUNT_PROVOKED_RESET_FLOODS,
    HTTP_COUNT_CONTINUATION_FLOODS,
    HTTP_COUNT_PING_FLOODS,
    HTTP_COUNT_SETTINGS_FLOODS,
    HTTP_COUNT_FRAME_FLOODS,
    HTTP_COUNT_HEADER_FLOODS,
    HTTP_COUNT_OUTPUT_FLOODS,
    HTTP_COUNT_GLITCHES,
};

enum { HTTP_COUNTER_COUNT = HTTP_COUNT_GLITCHES + 1 };

struct http_counters {
    uint64_t values[HTTP_COUNTER_COUNT];
};

struct http_counter_info {
    const char *name; /* As metrics are named: "http_connections_total". */
    const char *help; /* One sentence. */
    bool gauge;       /* Goes up and down; the others only up. */
};

/* By enum http_counter. */
extern const struct http_counter_info http_counter_infos[HTTP_COUNTER_COUNT];

/* From any thread. */
static inline uint64_t http_counters_get(const struct http_counters *counters,
                                         enum http_counter counter)
{
    return __atomic_load_n(&counters->values[counter], __ATOMIC_RELAXED);
}

/* Adds; from the server's thread alone, so that no locked instruction is needed. A gauge goes down
 * by adding a negative number. */
static inline void http_count(struct http_counters *counters, enum http_counter counter, int64_t n)
{
    uint64_t *value = &counters->values[counter];
    __atomic_store_n(value, *value + (uint64_t)n, __ATOMIC_RELAXED);
}
