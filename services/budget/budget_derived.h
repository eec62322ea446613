/* The entries of a ledger that were derived from reports, as the store has them, and how they
 * become those that the reports mean now. Entries are immutable: what is no longer meant is taken
 * back by another entry that names it, and what is meant again is posted anew. */
#pragma once

#include "budget_posting.h"

enum { DERIVED_IDS_MAX = 100 };

/* A derived entry. */
struct derived_entry {
    int64_t line_id;
    struct posting posting;
    int64_t left_won; /* What corrections leave of it. */
    bool taken_back;  /* By a later reading of its reports: it does not count any more. */
    bool meant;
};

/* What a call took back of a derived entry. */
struct derived_correction {
    size_t of; /* Index of the entry. */
    int64_t line_id;
    enum entry_kind kind;
    int64_t won;
    char day[DATE_STRING_BYTES];
};

struct derived_list {
    struct derived_entry
        *entries; /* In the order of their ids, those that correct others as well. */
    size_t count, max;
    struct derived_correction *corrections; /* By calls. */
    size_t correction_count, correction_max;
};

/* What was posted. */
struct derived_posted {
    int32_t count, corrections;
    struct balance change;        /* By how much it moves the year's accounts. */
    int64_t ids[DERIVED_IDS_MAX]; /* Of the first. */
    size_t id_count;
};

NODISCARD enum status derived_read(struct db *db, struct arena *arena, const struct scope *scope,
                                   struct derived_list *list);

/* Makes the store's derived entries those of the ledger; line_ids are those of the ledger's lines.
 * An entry that is there stays as it was recorded, also where a call has corrected it. Adds what it
 * posts to *posted. */
NODISCARD enum status derived_store(struct db *db, struct arena *arena, struct derived_list *list,
                                    const struct ledger *ledger, const int64_t *line_ids,
                                    int64_t now_ms, struct derived_posted *posted);
