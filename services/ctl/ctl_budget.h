/* `sotong budget …`: its verbs, by what they are about. */
#pragma once

#include "ctl_verb.h"

struct verb_group {
    const char *heading;
    const struct verb *verbs;
    size_t count;
};

extern const struct verb_group budget_reading;     /* Lines, entries, tables, funds. */
extern const struct verb_group budget_writing;     /* Entries, lines, years. */
extern const struct verb_group budget_reserving;   /* Reservations. */
extern const struct verb_group budget_planning;    /* Plans, pace, grants. */
extern const struct verb_group budget_revenue;     /* Non-tax revenue. */
extern const struct verb_group budget_contracting; /* Contracts and their procedures. */

/* Columns that several groups show. */
enum { ENTRY_COLUMNS = 11, LINE_COLUMNS = 8 };
extern const struct verb_column entry_columns[ENTRY_COLUMNS];
extern const struct verb_column line_columns[LINE_COLUMNS];

/* Runs the verb that argv[0] names, or says what verbs there are. */
enum ctl_exit budget_main(struct ctl *ctl, int argc, char **argv);

/* Whether `sotong budget WORD` is a verb of its own, or one of its aliases for another command. */
bool budget_is_verb(const char *word);

/* One verb's usage, with what the words in it stand for. */
enum ctl_exit budget_print_verb(const char *name);

/* All verbs, with their usage. */
void budget_print_help(void);
