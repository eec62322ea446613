/* The statements of the budget service, one function each. All run inside the caller's transaction
 * and return the store's statuses; strings that come out lie in the arena given. */
#pragma once

#include "base/arena.h"
#include "budget_funds.h"
#include "budget_ledger.h"
#include "db/db.h"

/* The bureau and fiscal year of a ledger. */
struct scope {
    const char *publisher;
    int32_t fiscal_year;
};

struct scope_list {
    struct scope *scopes;
    size_t count, max;
};

/* A recognised table as a snapshot of one fiscal year. */
struct reading {
    int64_t id;
    const char *report_id;
    struct date report_day;
    const char *table_name;
    int32_t table_line;
    const char *section;
    struct scope scope;
    enum budget_table_kind kind;
    bool previous;
    struct date day;
};

struct reading_list {
    struct reading *readings;
    size_t count, max;
};

/* Where something is printed. */
struct citation {
    const char *report_id; /* "" for what no report printed. */
    const char *section;
    int32_t line, table_row, table_column;
};

/* A line as it is shown. */
struct line_record {
    int64_t id;
    const char *name, *parent, *label, *publisher;
    int32_t fiscal_year, depth, position;
    bool memo;
    struct citation citation;
    struct balance balance; /* Lines below included. */
    int64_t reserved_won;   /* The same. */
    int32_t line_class;
    bool closed; /* It, or its year. */
};

struct entry_record {
    int64_t id;
    const char *line;
    int32_t kind;
    int64_t won;
    const char *effective_date;
    int64_t recorded_ms;
    bool rounding;
    struct citation citation;
    int64_t corrects; /* 0: nothing. */
    int32_t carry_over_type, origin_year;
    int64_t reservation;     /* 0: it was not reserved. */
    const char *description; /* "": none. */
    bool after_closing;      /* Recorded since its line was closed. */
};

/* A line of a table as of a day. */
struct table_record {
    int64_t id, above_id; /* above_id is 0 at a root. */
    const char *name, *label, *publisher, *path;
    int32_t depth;
    bool memo;
    bool dropped; /* Its table had ceased to print it by then. */
    struct citation citation;
    struct balance own;                   /* Its own entries up to the day … */
    int64_t committed_count, spent_count; /* … and how many say what is committed, spent. */
    bool committed, spent;                /* The same of it and all below; set by standing_load. */
    bool kept;                            /* Calls keep it: what they recorded nothing of is 0. */
};

/* What entries of a line change. */
struct table_change {
    int64_t line_id;
    struct balance balance;
    int64_t committed_count, spent_count;
};

struct fund_record {
    int64_t id;
    const char *publisher, *fund, *account, *day;
    int64_t budget_won, executed_won;
    struct citation citation;
};

struct fund_item_record {
    const char *label;
    int64_t won;
    int32_t line, table_row, table_column;
};

/* Readings. A report is read again from reading_unsee on: what it still holds keeps its id; what it
 * does not hold stays unseen, for the citations of entries that it meant. */
NODISCARD enum status reading_unsee(struct db *db, const char *report_id);
NODISCARD enum status reading_put(struct db *db, const struct reading *reading);
NODISCARD enum status reading_scopes(struct db *db, struct arena *arena, const char *report_id,
                                     struct scope_list *scopes);
NODISCARD enum status reading_list(struct db *db, struct arena *arena, const struct scope *scope,
                                   struct reading_list *readings);

/* Adds a scope to a list that does not hold it yet. */
NODISCARD enum status scope_add(struct arena *arena, struct scope_list *scopes, struct scope scope);

/* Lines. NOT_FOUND: no line has this name. */
NODISCARD enum status line_get(struct db *db, struct arena *arena, const char *name,
                               struct line_record *line);
/* The place behind which a page of lines begins; NOT_FOUND: no such line in that year. */
struct line_place {
    const char *publisher;
    int32_t position;
};
NODISCARD enum status line_place(struct db *db, struct arena *arena, int64_t id,
                                 int32_t fiscal_year, struct line_place *place);
NODISCARD enum status line_page(struct db *db, struct arena *arena, const struct scope *scope,
                                const struct line_place *after, size_t size,
                                struct line_record **lines, size_t *count);
NODISCARD enum status line_year_last(struct db *db, const char *publisher, int32_t *fiscal_year);

/* Where a line and those below it stand in the tables of their year. NOT_FOUND: no such line. */
struct line_span {
    int64_t id;
    const char *publisher;
    int32_t fiscal_year;
    int32_t first, beyond; /* Positions; beyond is the first that is no longer below. Both are 0 for
                            * a line that no report prints any more. */
};
NODISCARD enum status line_span(struct db *db, struct arena *arena, const char *name,
                                struct line_span *span);

/* NOT_FOUND: there is no such entry. */
NODISCARD enum status entry_get(struct db *db, struct arena *arena, int64_t id,
                                struct entry_record *entry);

/* Entries behind a place. */
struct entry_query {
    const struct line_span *span; /* Of this line; NULL: of all. */
    bool below;                   /* With the entries of the lines below. */
    const char *kinds;            /* Their numbers between commas, `,3,4,`; "": all. */
    const char *last_day;
    int64_t known_ms;
    const char *after_date;
    int64_t after_id;
    size_t size;
};
NODISCARD enum status entry_page(struct db *db, struct arena *arena,
                                 const struct entry_query *query, struct entry_record **entries,
                                 size_t *count);

/* The lines of a table as of a day, at most `size`, in the order of the printed table: as they are
 * known now, and as they were known at known_ms, but with the sums of now. */
struct table_query {
    int32_t fiscal_year;
    const char *publisher;        /* "": of all. */
    const struct line_span *span; /* NULL: of all lines. */
    struct date as_of;
    int64_t known_ms;
    size_t size;
};
NODISCARD enum status table_rows(struct db *db, struct arena *arena,
                                 const struct table_query *query, struct table_record **rows,
                                 size_t *count);
NODISCARD enum status table_rows_known(struct db *db, struct arena *arena,
                                       const struct table_query *query, struct table_record **rows,
                                       size_t *count);

/* What changed by entries of the day's year up to the day that were recorded after an instant. */
NODISCARD enum status table_later(struct db *db, struct arena *arena, int64_t known_ms,
                                  struct date as_of, struct table_change **changes, size_t *count);

/* Funds; read again as readings are. An account that a report prints twice counts once. */
NODISCARD enum status fund_unsee(struct db *db, const char *report_id);
NODISCARD enum status fund_delete_unseen(struct db *db, const char *report_id);
NODISCARD enum status fund_put(struct db *db, struct arena *arena, const struct reading *source,
                               const struct fund_account *account);
struct fund_query {
    const char *as_of;     /* "": now. */
    const char *publisher; /* "": of all. */
    size_t size;
};
NODISCARD enum status fund_list(struct db *db, struct arena *arena, const struct fund_query *query,
                                struct fund_record **accounts, size_t *count);
NODISCARD enum status fund_item_list(struct db *db, struct arena *arena, int64_t account,
                                     struct fund_item_record **items, size_t *count);

/* How many records the service holds, and how many a report gave. */
NODISCARD enum status record_count(struct db *db, int64_t *count);
NODISCARD enum status report_record_count(struct db *db, const char *report_id, int64_t *count);
