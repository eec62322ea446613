/* The strict look at an HTTP/1 head before the parser sees it.
 *
 * Debian builds http-parser in its lenient form, which takes bare line feeds, folded lines and
 * spaces before the colon. A proxy in front of us may read those differently, and what two readers
 * disagree on smuggles requests: so they are refused here, with a reason. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* How the body is framed. */
struct http1_head {
    bool chunked;
    uint64_t content_length; /* 0 without one. */
    bool expects_continue;
};

/* What is wrong with a head; reason is NULL when nothing is. Status 0 with a reason: this is not
 * HTTP, and an answer would not be understood. */
struct http1_refusal {
    int status;
    const char *reason;
};

/* Checks a head up to and with its empty line. */
struct http1_refusal http1_head_check(struct text head, size_t fields_max, struct http1_head *out);
