/* The figure store that every service mounts: the slice of each imported report that it owns.
 * Implements sotong.slice.v1.SliceService over the tables of common/slice/migrations. */
#pragma once

#include "base/date.h"
#include "base/fault.h"
#include "db/db.h"
#include "rpc/rpc.h"
#include "slice.rpc.h"

/* One service's slice store; the `self` of its handlers. */
struct slice {
    const char *service; /* "budget" */
    const char *version;
    /* Called in the transaction that commits a slice, so that the owner can derive its records from
     * it: reads the slice's tables and figures (slice_visit_tables …), writes its own tables, and
     * says in *out how many records there are, and what it changed of closed years. The owner first
     * removes what it derived from the same report before. May be NULL. */
    enum status (*derive)(void *self, struct db *db, struct arena *arena,
                          const slice_slice_source *source, slice_put_slice_response *out,
                          struct fault *fault);
    /* How many records the service holds besides figures and tables, for GetSliceStatus; may be
     * NULL. */
    enum status (*count_records)(void *self, struct db *db, int64_t *count);
    void *self;
};

/* Handlers of sotong.slice.v1.SliceService; generated, their self is a struct slice. */
extern const struct rpc_handlers slice_slice_service_handlers;

/* The migrations of the slice tables, numbered 1 to 99; a service's own begin at 100. A service
 * gives both to db_migrate, in one call or in two. */
extern const struct db_migration slice_migrations[];
extern const size_t slice_migration_count;

/* The committed tables or figures of a report in the order of the text, one at a time; each message
 * is decoded into the arena and lives as long as that. A visitor that keeps nothing of a message
 * may reset the arena before it returns, if the arena is its own. The visitor stops the visit with
 * any other status than OK, which is returned. Usable inside derive (the slice being committed is
 * visible there). A report that is not held has neither tables nor figures. */
typedef enum status slice_table_visitor(void *context, const slice_table *table);
typedef enum status slice_figure_visitor(void *context, const slice_figure *figure);
NODISCARD enum status slice_visit_tables(struct db *db, struct arena *arena, const char *report_id,
                                         slice_table_visitor *visitor, void *context);
NODISCARD enum status slice_visit_figures(struct db *db, struct arena *arena, const char *report_id,
                                          slice_figure_visitor *visitor, void *context);

/* Loads the facts (files named *.json, each the proto3 JSON of one PutSliceRequest with part 0 and
 * last set) of a directory into a store that has never held their reports, each file in a
 * transaction of its own. A file that the store has seen is not read as JSON again. A NULL or
 * missing directory has no facts. INVALID_ARGUMENT: a file is wrong; the fault names it and the
 * place in it. For `open`. */
NODISCARD enum status slice_load_facts(struct slice *slice, struct db *writer,
                                       const char *directory, struct fault *fault);

/* What a service does with its slice store when it opens: brings the slice tables up to date and
 * loads the facts. Statuses as those of db_migrate and slice_load_facts. */
NODISCARD enum status slice_open(struct slice *slice, struct db *writer,
                                 const char *facts_directory, struct fault *fault);

/* One indicator of an owner's overview: the first figure whose labels hold all the words of
 * `labels` (separated by '/', at most SLICE_INDICATOR_WORDS_MAX; spaces and case set aside; a word
 * with a `$` at its end ends the most particular label) and whose unit is `unit` (empty: any), of
 * the latest report up to the date that has such a figure. */
struct slice_indicator_rule {
    const char *code;
    const char *label;
    const char *labels;
    const char *unit;
};

enum { SLICE_INDICATOR_WORDS_MAX = 4, SLICE_INDICATOR_REPORTS_MAX = 40 };

/* Fills indicators[] with those that are found among the SLICE_INDICATOR_REPORTS_MAX latest
 * reports, in the order of the rules; *count says how many. as_of may be empty. INTERNAL: a rule
 * has more than SLICE_INDICATOR_WORDS_MAX words. */
NODISCARD enum status slice_find_indicators(struct db *db, struct arena *arena, const char *as_of,
                                            const struct slice_indicator_rule *rules,
                                            size_t rule_count, slice_indicator ***indicators,
                                            size_t *count);
