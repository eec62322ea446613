/* The feed of the ledger's events, as it is kept: one row for each thing that changed, written in
 * the transaction that changed it. The writer is one thread, so that numbers are given in the order
 * of commits: who has read up to a number has missed nothing before it. */
#pragma once

#include "budget_posting.h"
#include "budget_store.h"

/* Numbered as sotong.budget.v1.EventKind. */
enum event_kind {
    EVENT_LINE_ADDED = 1,
    EVENT_LINE_CHANGED = 2,
    EVENT_LINE_REMOVED = 3,
    EVENT_ENTRY_POSTED = 4,
    EVENT_ENTRY_WITHDRAWN = 5,
    EVENT_LINE_CLOSED = 6,
};

struct event_record {
    int64_t sequence;
    int32_t kind;
    int64_t recorded_ms;
    const char *line, *label;
    struct entry_record entry; /* id 0: the event is not about an entry. */
};

/* Notes what happened to a line or an entry, which must be there: before it is deleted. */
NODISCARD enum status event_line(struct db *db, int64_t line_id, enum event_kind kind);
NODISCARD enum status event_entry(struct db *db, int64_t entry_id, enum event_kind kind);

/* Notes that an entry was posted. */
NODISCARD enum status event_posted(struct db *db, const struct posting_line *line,
                                   const struct posting *posting);

/* How a rebuild will show a line. */
struct line_look {
    struct db_value parent;
    const char *label;
    int32_t depth;
    bool memo;
};

/* Notes that a line will look differently, where it does: before it is updated. */
NODISCARD enum status event_line_look(struct db *db, int64_t line_id, const struct line_look *look);

/* Notes the lines that a close of a line, or of a year, will close: before it. */
NODISCARD enum status event_lines_close(struct db *db, int64_t line_id, int64_t now_ms);
NODISCARD enum status event_year_close(struct db *db, const struct scope *scope, int64_t now_ms);

/* Up to `size` events behind a number, in their order, in the arena. */
NODISCARD enum status event_page(struct db *db, struct arena *arena, int64_t after, size_t size,
                                 struct event_record **events, size_t *count);

/* The number of the last event; 0 before the first. */
NODISCARD enum status event_last(struct db *db, int64_t *sequence);
