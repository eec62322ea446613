/* Figures and tables in pages, in the order of the text across reports. */
#pragma once

#include "slice/slice.h"

enum { SLICE_TOKEN_BYTES_MAX = 64 };

enum slice_kind { SLICE_FIGURES, SLICE_TABLES };

struct slice_query {
    enum slice_kind kind;
    const char *report_id; /* "": of all. */
    const char *search;    /* "": all. */
    const char *token;     /* "": from the beginning. */
    size_t size;           /* At least 1. */
    size_t bytes_max;      /* The page ends behind the message that reaches this. */
};

struct slice_page {
    ProtobufCMessage **messages;
    size_t count;
    char *next_token; /* "": the end. */
};

/* Reads a page into the arena. INVALID_ARGUMENT: the token was not given by a page of the same
 * list. DATA_LOSS: a stored message is damaged. */
NODISCARD enum status slice_page_read(struct db *db, struct arena *arena,
                                      const struct slice_query *query, struct slice_page *page);

/* The committed slices, oldest first. */
NODISCARD enum status slice_summaries_read(struct db *db, struct arena *arena,
                                           slice_slice_summary ***summaries, size_t *count);

/* Decodes a message of a row; DATA_LOSS and logged where it is damaged. */
NODISCARD enum status slice_message_read(const struct db_rows *rows, int column,
                                         struct arena *arena, const struct rpc_message *type,
                                         ProtobufCMessage **out);
