/* The paths of http_echo that take requests as streams. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>

#include "http/http_message.h"

enum { HTTP_ECHO_SOURCE_BYTES = 8 * 1024 * 1024 };

/* What happened, counted. */
struct http_echo_counts {
    atomic_size_t received_bytes;
    atomic_size_t written_bytes;
    atomic_size_t waits; /* Writes that were asked to wait. */
    atomic_int ended;
    atomic_int cancelled;
    atomic_int open; /* Streams and watched requests that were not released. */
};

/* Takes the request of one of these paths:
 * /echo     sends back what comes, as it comes; the trailer `check: sum` behind it
 * /hold     uses nothing up before the end
 * /source   sends HTTP_ECHO_SOURCE_BYTES as fast as they are taken
 * /early    is answered with 403 before its body
 * /halfway  is answered whole after the first bytes of its body
 * /break    is broken off in the middle of the answer
 * /open     begins its answer with `open;` and never ends it */
void http_echo_begin(struct http_echo_counts *counts, struct http_exchange *exchange);

/* Watches a whole request that is answered only when its peer has gone. */
void http_echo_watch(struct http_echo_counts *counts, struct http_exchange *exchange);
