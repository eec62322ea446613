#include "http/http_limits.h"

enum { KIB = 1024, MIB = 1024 * KIB, GIB = 1024 * MIB, SECOND = 1000, HOUR = 3600 * SECOND };

const struct limit_info http_limit_infos[HTTP_LIMIT_COUNT] = {
    {"connections-max", "connections open at once; more are closed as soon as accepted",
     offsetof(struct http_limits, connections_max), 16384, 1, 1000000},
    {"handshakes-max", "TLS handshakes under way at once; more are closed",
     offsetof(struct http_limits, handshakes_max), 1024, 1, 1000000},
    {"streams-max", "HTTP/2 streams open at once on a connection; more are refused",
     offsetof(struct http_limits, streams_max), 128, 1, 10000},
    {"head-bytes-max", "request line and fields, 32 a field on top over HTTP/2; answered with 431",
     offsetof(struct http_limits, head_bytes_max), 32LL * KIB, 256, MIB},
    {"fields-max", "fields of a request; answered with 431",
     offsetof(struct http_limits, fields_max), 100, 4, 10000},
    {"body-bytes-max", "body of a whole request; answered with 413 or RESOURCE_EXHAUSTED",
     offsetof(struct http_limits, body_bytes_max), 64LL * MIB, 1, GIB},
    {"bodies-bytes-max", "bodies of all whole requests together; answered likewise",
     offsetof(struct http_limits, bodies_bytes_max), 256LL * MIB, 1, 16LL * GIB},
    {"queued-bytes-max",
     "answers that wait for their peers, all together; whoever has most is closed",
     offsetof(struct http_limits, queued_bytes_max), 256LL * MIB, MIB, 16LL * GIB},
    {"queued-frames-max", "HTTP/2 frames that wait for a peer; it is closed",
     offsetof(struct http_limits, queued_frames_max), 4096, 100, 1000000},
    {"handshake-timeout-ms", "for a TLS handshake; closed",
     offsetof(struct http_limits, handshake_timeout_ms), 10LL * SECOND, 1, HOUR},
    {"head-timeout-ms", "from the first byte of a request to its last field; answered with 408",
     offsetof(struct http_limits, head_timeout_ms), 10LL * SECOND, 1, HOUR},
    {"body-timeout-ms",
     "from the last field to the end of a whole body; answered with 408, or reset",
     offsetof(struct http_limits, body_timeout_ms), 120LL * SECOND, 1, 24LL * HOUR},
    {"idle-timeout-ms", "without a request; closed", offsetof(struct http_limits, idle_timeout_ms),
     300LL * SECOND, 1, 24LL * HOUR},
    {"write-timeout-ms", "for a peer that takes nothing of its answer; closed, or reset",
     offsetof(struct http_limits, write_timeout_ms), 60LL * SECOND, 1, 24LL * HOUR},
    {"drain-timeout-ms", "for calls in flight when the service stops",
     offsetof(struct http_limits, drain_timeout_ms), 10LL * SECOND, 1, HOUR},
    {"flood-window-ms", "in which the following are counted, each a connection",
     offsetof(struct http_limits, flood_window_ms), 10LL * SECOND, 1, HOUR},
    {"resets-max", "streams that a peer resets before their answers; GOAWAY",
     offsetof(struct http_limits, resets_max), 500, 1, 1000000},
    {"provoked-resets-max", "streams that a peer's errors make the server reset; GOAWAY",
     offsetof(struct http_limits, provoked_resets_max), 200, 1, 1000000},
    {"continuations-max", "CONTINUATION frames of one header list, window or not; GOAWAY",
     offsetof(struct http_limits, continuations_max), 8, 0, 10000},
    {"pings-max", "PING while nothing is answered; GOAWAY", offsetof(struct http_limits, pings_max),
     200, 1, 1000000},
    {"settings-max", "SETTINGS; GOAWAY", offsetof(struct http_limits, settings_max), 50, 1,
     1000000},
    {"idle-frames-max", "PRIORITY, WINDOW_UPDATE, empty DATA while nothing is answered; GOAWAY",
     offsetof(struct http_limits, idle_frames_max), 2000, 1, 1000000},
};

struct http_limits http_limits_default(void)
{
    struct http_limits limits;
    const struct limit_set set = {http_limit_infos, HTTP_LIMIT_COUNT, &limits};
    limits_reset(&set);
    return limits;
}
