/* What calls recorded of a ledger that is derived again from its reports: the lines that they made
 * or posted to, which are kept, and what their entries come to by the day of each snapshot. */
#pragma once

#include "budget_derived.h"

struct recorded_line {
    int64_t id;
    int32_t index; /* In the ledger. */
};

struct recorded {
    struct db *db;
    struct arena *arena;
    const struct scope *scope;
    const struct derived_list *derived;
    struct recorded_line *lines; /* In the order of their ids. */
    size_t count, max;
    char day[DATE_STRING_BYTES]; /* Of what the ledger was told last; "": nothing yet. */
};

/* Puts the lines into the ledger, before any snapshot, and those above them. */
NODISCARD enum status recorded_begin(struct recorded *recorded, struct ledger *ledger);

/* Tells the ledger, which has had all snapshots of days before, what was recorded by this day: all
 * entries up to it but those that were derived. What a call took back of a derived entry of the
 * very day is left to the entry, so that a report which is read again does not bring back what a
 * person has corrected; and so is what a call took back of an entry that reports no longer mean. */
NODISCARD enum status recorded_until(struct recorded *recorded, struct date day,
                                     struct ledger *ledger);
