/* Requests of calls byte by byte, over each protocol, for tests that change, break and repeat
 * them, and what the answers to them say. */
#pragma once

#include "base/buffer.h"
#include "base/status.h"
#include "base/text.h"

enum call_protocol {
    CALL_CONNECT,
    CALL_CONNECT_GET,
    CALL_CONNECT_STREAM,
    CALL_WEB,
    CALL_WEB_TEXT,
    CALL_GRPC,
};

enum { CALL_PROTOCOLS = CALL_GRPC + 1, CALL_BODY_BYTES_MAX = 60000 };

struct call_request {
    enum call_protocol protocol;
    const char *path; /* Up to 100 bytes. */
    bool json;
    bool gzip;              /* Says that messages may be compressed, and takes such answers. */
    const char *timeout_ms; /* NULL: none. Digits. */
    struct text body;       /* As it travels, up to CALL_BODY_BYTES_MAX; of a GET the query. */
    size_t piece_bytes;     /* It travels in chunks or frames of so many; 0: in one. */
};

/* Appends the whole request; the server closes the connection when it has answered. */
void call_request_write(const struct call_request *request, struct buffer *out);

/* Appends an envelope. */
void call_envelope_write(struct buffer *out, uint8_t flags, struct text message);

enum call_end {
    CALL_NO_ANSWER, /* The connection ended before one began. */
    CALL_BROKEN,    /* An answer that is not whole, or a reset. */
    CALL_REFUSED,   /* An answer of HTTP alone, of which there is no status of the call. */
    CALL_ENDED,     /* The call has its status. */
};

/* Reads all that a server sent on the connection. The status is written for CALL_ENDED. */
enum call_end call_answer_read(const struct call_request *request, struct text answer,
                               enum status *status);
