/* An HTTP server on a thread of its own that says what it was asked, for tests. */
#pragma once

#include "http/http_server.h"
#include "support/http_echo_streams.h"

struct http_echo;

/* Starts on a free port. The answer to a request is `METHOD PATH?QUERY BYTES of body`; a path
 * /later is answered from a timer, /large with HTTP_ECHO_LARGE_BYTES, /watch when the
 * peer has gone; others are streams, see http_echo_streams.h. */
struct http_echo *http_echo_start(const struct http_limits *limits);

/* With the limits, TLS and allow_plain of the configuration. */
struct http_echo *http_echo_start_with(const struct http_server_config *config);

int http_echo_port(const struct http_echo *echo);

/* What happened to its streams; may be read at any time. */
struct http_echo_counts *http_echo_counts(struct http_echo *echo);

/* What its server has counted. */
uint64_t http_echo_counted(const struct http_echo *echo, enum http_counter counter);

/* Begins to drain. */
void http_echo_drain(struct http_echo *echo);

/* Drains, waits until it has stopped, and releases it. */
void http_echo_stop(struct http_echo *echo);

enum { HTTP_ECHO_LARGE_BYTES = 4 * 1024 * 1024, HTTP_ECHO_LATER_MS = 50 };
