/* What the importer reads, collected for those who keep it: numerals in blocks, figures and tables
 * by owner in parts of a bounded size. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/status.h"
#include "import.h"
#include "report.h"
#include "report_message.h"
#include "report_store.h"

enum {
    COLLECT_BLOCK_TOKENS = 256,
    COLLECT_PART_BYTES = 1024 * 1024, /* Of a part; a single larger table has a part of its own. */
    COLLECT_PART_FIGURES = 1000,
    COLLECT_PART_TABLES = 200,
    COLLECT_UNREAD_MAX = 100,
    COLLECT_KINDS = 8, /* Numbers of report_token_kind. */
};

/* One owner's share of a report; figures and tables are those of the part that is being filled. */
struct collect_owner {
    const char *name;
    bool skipped; /* It holds its slice already; nothing is collected for it. */
    struct arena arena;
    size_t bytes;
    struct message_list figures, tables;
    int part; /* Number of the part that is being filled, from 0. */
};

struct collect {
    struct collect_owner owners[REPORT_OWNERS];
    struct arena *arena; /* Of what is kept to the end. */
    struct report_token_block *blocks;
    size_t block_count, block_capacity;
    int32_t kinds[COLLECT_KINDS];
    struct message_list unread, remarks;
    char basis[16]; /* The first day that a table speaks of, at most as_of; "" while unknown. */
    const char *as_of;

    /* Called when a part is full; may be NULL. Its status stops the import. */
    enum status (*part_full)(void *context, struct collect_owner *owner);
    void *context;

    struct arena tokens_arena; /* Of the block that is being filled. */
    struct message_list tokens;
};

/* An empty collection; what is kept to the end comes from the arena. collect_free() releases it. */
void collect_init(struct collect *collect, struct arena *arena, const char *as_of);
void collect_free(struct collect *collect);

/* The sink that fills the collection. */
struct import_sink collect_sink(struct collect *collect);

/* Closes the last block of numerals. Call it once after the import. */
NODISCARD enum status collect_end(struct collect *collect);

/* Empties an owner's part, which has been delivered, and begins the next. */
void collect_part_next(struct collect_owner *owner);

/* A PutSliceRequest of an owner's part, in the part's arena. Its request id is derived from its
 * content, the owner and this program's version, so that a retry is a replay. NULL: no
 * memory. */
slice_put_slice_request *collect_request(struct collect_owner *owner, slice_slice_source *source,
                                         bool last);
