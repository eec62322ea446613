/* How the lines of a fiscal year stand as of a day, as it is known now or was known at an instant:
 * what the tables of execution and comparison show. */
#pragma once

#include "budget_rules.h"
#include "budget_store.h"
#include "rpc/rpc.h"

/* Which lines, when. */
struct standing_query {
    const char *publisher; /* "": of all bureaus. */
    const char *line;      /* Only this line and those below it; "": all. */
    struct date as_of;     /* Its year is the fiscal year. */
    bool has_known_at;
    int64_t known_ms; /* Only what was recorded by this instant. */
};

/* The lines in the order of the printed table, each behind the one above it. */
struct standing {
    struct table_record *records; /* What is known of a line is known of those above it. */
    struct rollup_line *lines;    /* Balances with everything below. */
    size_t count;
};

/* Takes one seek of the days for each line, however many entries there are; with has_known_at also
 * the entries recorded since. Lines that their tables had dropped by then are included, without
 * money. OUT_OF_RANGE: more than TABLE_ROWS_MAX lines, or a sum that does not fit 64 bits.
 * NOT_FOUND: there is no such line. INVALID_ARGUMENT: the line is of another year or bureau. */
NODISCARD enum status standing_load(struct rpc_call *call, const struct standing_query *query,
                                    struct standing *standing);
