/* Posting: how an entry gets into the store, whoever means it, a call or a report. One function
 * writes the entry, what its line stands at on each day and by now, the totals of the lines above,
 * and the event of the feed. It decides nothing: what a call may post, budget_posting_rules says.
 *
 * All run inside the caller's transaction. After any status but OK the transaction must be rolled
 * back. */
#pragma once

#include "budget_posting_rules.h"
#include "budget_store.h"

/* Lines above a line that are read with it: an item has its project, policy project, department and
 * bureau above it. Deeper trees are read on as they are climbed. */
enum { POSTING_ABOVE_READ = 4 };

/* What a line's own entries come to as of a day. */
struct own_balance {
    struct balance balance;
    int64_t committed_count, spent_count; /* Entries of commitments and releases, of expenditures
                                           * and refunds, but for those that a report took back:
                                           * 0, none is known. */
};

/* A line as who posts to it sees it. Whoever holds one through several postings sees them all, as
 * long as nobody else posts to the line. */
struct posting_line {
    int64_t id;
    const char *name, *label, *fund;
    int32_t fiscal_year;
    bool closed, year_closed;
    int64_t above_ids[POSTING_ABOVE_READ]; /* The line whose total it counts in, the one whose
                                            * total that one counts in …; 0: none. */
    char last_day[DATE_STRING_BYTES];      /* Of its entries; "": it has none. */
    struct own_balance own;                /* After all its entries. */
    int64_t reserved_won;                  /* Of its own open reservations. */
};

/* An entry to be posted. */
struct posting {
    enum entry_kind kind;
    int64_t won; /* Negative where it takes something back. */
    char day[DATE_STRING_BYTES];
    bool rounding;
    int64_t reading; /* 0: it is a call's. */
    int32_t text_line, table_row, table_column;
    int64_t corrects; /* 0: nothing. */
    int32_t carry_over_type, origin_year;
    int64_t reservation;     /* 0: it was not reserved. */
    int64_t unreserved_won;  /* What of the line's reservations it resolves. */
    const char *description; /* "": none. */
    int64_t now_ms;
    /* Set by posting_add. */
    int64_t id;
    int64_t recorded_ms; /* Now, or later where the clock was set back since the last entry. */
};

/* A line with its balances; its texts lie in the arena. NOT_FOUND: there is no such line. */
NODISCARD enum status posting_line_get(struct db *db, struct arena *arena, int64_t line_id,
                                       struct posting_line *line);
NODISCARD enum status posting_line_find(struct db *db, struct arena *arena, const char *name,
                                        struct posting_line *line);

/* What the rules need to know of a line, which is borrowed. The second adds the days from one on.
 */
struct posting_state posting_state_of(const struct posting_line *line);
NODISCARD enum status posting_state_days(struct db *db, struct arena *arena,
                                         const struct posting_line *line, const char *day,
                                         struct posting_state *state);

/* What the rules need to know of an entry that is to be corrected. NOT_FOUND: there is none. */
NODISCARD enum status posting_corrected_get(struct db *db, int64_t id,
                                            struct posting_corrected *corrected);

/* The number of the last entry; 0 before the first. */
NODISCARD enum status posting_last(struct db *db, int64_t *id);

/* Begins the balances of a new line. */
NODISCARD enum status posting_line_open(struct db *db, int64_t line_id, int64_t above_id);

/* Posts an entry to a line. OUT_OF_RANGE: a balance would not fit 64 bits. */
NODISCARD enum status posting_add(struct db *db, struct posting_line *line,
                                  struct posting *posting);

/* Sets an amount of a line's money aside; negative: gives it back. OUT_OF_RANGE as above. */
NODISCARD enum status posting_reserve(struct db *db, struct posting_line *line, int64_t won);

/* Adds the totals of a ledger up anew, after its tree has changed. OUT_OF_RANGE as above. */
NODISCARD enum status posting_total(struct db *db, struct arena *arena, const struct scope *scope);
