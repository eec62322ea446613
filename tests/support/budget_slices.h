/* Slices of the budget service for tests: a store, and reports made of tables of printed cells. */
#pragma once

#include "budget.h"
#include "budget_wire.h"
#include "support/calls.h"
#include "support/store.h"

enum { PRINTED_COLUMNS_MAX = 6 };

struct budget_fixture {
    char path[STORE_PATH_BYTES];
    struct db *db;
    struct arena arena;
    struct fault fault;
    struct budget budget;
    int request;                       /* Number of the last request. */
    slice_put_slice_request *prepared; /* For a test to put again and again. */
};

/* A table as printed. Cells are joined by `|`, as in a pipe table; `<` alone is a cell that the one
 * to its left reaches into, `^` one that the one above reaches into. */
struct printed_table {
    const char *title;
    const char *unit; /* `천원`, `원`; bare numbers are in this unit. */
    const char *day;  /* "": the table has none of its own. */
    int heading_rows;
    int line;
    const char *const *rows;
    size_t row_count;
};

struct printed_report {
    const char *id;
    const char *publisher;
    const char *as_of;
    char digest; /* 64 times this letter. */
    const struct printed_table *tables;
    size_t table_count;
};

/* Fails the test where the store cannot be made. Closing checks what budget_sums.h says. */
void budget_open_fixture(struct budget_fixture *at);

/* The same with the first migrations alone. */
void budget_open_old_fixture(struct budget_fixture *at, size_t migration_count);
void budget_close_fixture(struct budget_fixture *at);

/* The table as it travels, in the arena. */
slice_table *printed_table_message(struct arena *arena, const char *report_id,
                                   const struct printed_table *table);

/* Puts the report's slice in a transaction of its own, rolled back unless OK. *records is what the
 * service derived; may be NULL. */
/* The same in two steps: the request, in the fixture's arena, and putting it. */
slice_put_slice_request *budget_report_request(struct budget_fixture *at,
                                               const struct printed_report *report);
enum status budget_put_request(struct budget_fixture *at, const slice_put_slice_request *in,
                               int32_t *records);
enum status budget_put_report(struct budget_fixture *at, const struct printed_report *report,
                              int32_t *records);
