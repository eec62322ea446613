/* What a call may post: decisions on one entry at a time, from what is known of its line. Pure.
 *
 * A line's own money, on every day of its year: current ≥ committed + reserved, committed ≥ spent
 * ≥ 0. An entry is judged by the rules that it touches, on every day from its effective date on:
 * what a report printed may break the others, and that hinders nobody. What is reserved has no day;
 * it counts on all of them. */
#pragma once

#include "base/date.h"
#include "base/fault.h"
#include "budget_accounts.h"

/* What a line's own entries come to at the end of a day. */
struct posting_day {
    char day[DATE_STRING_BYTES]; /* "": the day that is asked for, with no entries after it. */
    struct balance balance;
};

/* A line as the rules see it. */
struct posting_state {
    const char *line; /* Its name. */
    int64_t line_id;
    int32_t fiscal_year;
    bool closed, year_closed;
    int64_t reserved_won;
    /* As of the entry's date (first), and at the end of each later day that has entries. */
    const struct posting_day *days;
    size_t day_count;
};

/* The entry that another one takes back. */
struct posting_corrected {
    int64_t id, line_id;
    enum entry_kind kind;
    int64_t won;
    int64_t taken_back_won; /* By corrections so far; 0 or negative, as they are kept. */
    int64_t contracted_won; /* By the contracts that stand on it. */
    bool correction;        /* It takes another one back itself. */
    int32_t carry_over_type, origin_year;
};

/* An entry that a call asks for. */
struct posting_draft {
    int32_t kind; /* enum entry_kind, unless the caller's is none. */
    int64_t won;  /* As the caller gives it: from 1, in corrections too. */
    const char *day;
    int32_t carry_over_type, origin_year;
    const struct posting_corrected *corrected; /* NULL: it corrects nothing. */
    int64_t unreserved_won; /* Of the line's reservations, what the entry resolves. */
};

/* Why not. */
struct refusal {
    enum status status;
    const char *reason; /* UPPER_SNAKE_CASE; NULL: the status says enough. */
    const char *field;  /* Of the entry; NULL: none is at fault. */
    struct fault fault; /* For a person. */
};

/* Whether the draft's fields make an entry of the line: amount, kind, carry-over, date, what it
 * corrects, and whether line and year are open. OK, or the refusal's status. */
NODISCARD enum status posting_draft_check(const struct posting_state *state,
                                          const struct posting_draft *draft,
                                          struct refusal *refusal);

/* Whether the line has the money on every day from the draft's on. OK, or the refusal's status. */
NODISCARD enum status posting_money_check(const struct posting_state *state,
                                          const struct posting_draft *draft,
                                          struct refusal *refusal);

/* Whether an amount can be set aside: as of the first of the state's days and all later ones. */
NODISCARD enum status posting_reserve_check(const struct posting_state *state, int64_t won,
                                            struct refusal *refusal);

/* What the store said of an entry that was checked: a total of its line, or of one above, does not
 * fit 64 bits. */
void posting_overflow(const char *line, struct refusal *refusal);

/* The amount as it is kept: negative in a correction. */
int64_t posting_kept_won(const struct posting_draft *draft);

/* The day of a reservation made today: a line's money is asked for within its year. */
struct date posting_day_within(struct date day, int32_t fiscal_year);

/* What transfers moved in a fiscal year's fund. */
struct transfer_sum {
    int32_t fiscal_year;
    const char *fund; /* Borrowed. */
    __int128 in_won, out_won;
};

struct transfers {
    struct transfer_sum *sums;
    size_t count, max;
};

/* Adds an entry of a line to the transfers, where it is one; won as it is kept. RESOURCE_EXHAUSTED:
 * no memory. */
NODISCARD enum status transfers_add(struct arena *arena, struct transfers *transfers,
                                    const struct transfer_sum *line, enum entry_kind kind,
                                    int64_t won);

/* Whether in every year and fund as much came in as went out. OK, or the refusal's status. */
NODISCARD enum status transfers_check(const struct transfers *transfers, struct refusal *refusal);
