/* What RFC 9113 (8.1 to 8.3) asks of a request: which fields there must be, in which order, with
 * which bytes, and that its content is as long as it says.
 *
 * nghttp2 can see to this, a byte of a field at a time; here it costs a third of that. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum http2_field {
    HTTP2_FIELD_PLAIN,
    HTTP2_FIELD_METHOD,
    HTTP2_FIELD_SCHEME,
    HTTP2_FIELD_PATH,
    HTTP2_FIELD_AUTHORITY,
    HTTP2_FIELD_HOST,
    HTTP2_FIELD_LENGTH,
    HTTP2_FIELD_IGNORED,   /* Holds bytes that a field may not hold: as if it had not come. */
    HTTP2_FIELD_MALFORMED, /* No request has it: the stream is reset. */
};

/* Its name begins with a colon. */
static inline bool http2_field_is_pseudo(enum http2_field field)
{
    return field >= HTTP2_FIELD_METHOD && field <= HTTP2_FIELD_AUTHORITY;
}

/* What the field is, by itself. */
enum http2_field http2_field_of(struct text name, struct text value);

/* What a request has told so far. All zeros at its beginning. */
struct http2_rules {
    uint32_t seen;   /* Bits by enum http2_field, and of some values. */
    bool trailers;   /* The fields of its end come. */
    bool malformed;  /* A rule is broken; see http2_rules_field. */
    uint64_t length; /* That its content-length says; 0 without one. */
    uint64_t received;
};

/* Each takes what came next; false: the request is malformed. */
bool http2_rules_field(struct http2_rules *rules, enum http2_field field, struct text value);
bool http2_rules_head_ends(struct http2_rules *rules);
bool http2_rules_receive(struct http2_rules *rules, size_t bytes);
bool http2_rules_end(const struct http2_rules *rules);
