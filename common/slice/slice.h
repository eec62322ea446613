/* The figure store that every service mounts: the slice of each imported report that it owns.
 * Implements sotong.slice.v1.SliceService over the tables of common/slice/migrations. */
#pragma once

#include "base/date.h"
#include "base/fault.h"
#include "db/db.h"
#include "rpc/rpc.h"
#include "slice.rpc.h"

struct slice {
    const char *service; /* "budget" */
    const char *version;
    /* Called in the transaction that commits a slice, so that the owner can derive its records from
     * it: reads the slice's tables and figures (slice_visit_tables …), writes its own tables, and
     * says how many records there are. The owner first removes what it derived from the same report
     * before. May be NULL. */
    enum status (*derive)(void *self, struct db *db, struct arena *arena,
                          const slice_slice_source *source, int32_t *record_count,
                          struct fault *fault);
    /* How many records the service holds besides figures and tables, for GetSliceStatus; may be
     * NULL. */
    enum status (*count_records)(void *self, struct db *db, int64_t *count);
    void *self;
};

/* Handlers of sotong.slice.v1.SliceService; generated, their self is a struct slice. */
extern const struct rpc_handlers slice_slice_service_handlers;

/* The migrations of the slice tables, numbered 1 to 99; a service's own begin at 100. */
extern const struct db_migration slice_migrations[];
extern const size_t slice_migration_count;

/* The committed tables or figures of a report in the order of the text, one at a time; each message
 * is decoded into the arena. The visitor stops the visit with any other status than OK, which is
 * returned. Usable inside derive (the slice being committed is visible there). */
typedef enum status slice_table_visitor(void *context, const slice_table *table);
typedef enum status slice_figure_visitor(void *context, const slice_figure *figure);
NODISCARD enum status slice_visit_tables(struct db *db, struct arena *arena, const char *report_id,
                                         slice_table_visitor *visitor, void *context);
NODISCARD enum status slice_visit_figures(struct db *db, struct arena *arena, const char *report_id,
                                          slice_figure_visitor *visitor, void *context);

/* Loads the facts (files named *.json, each the proto3 JSON of one PutSliceRequest with part 0 and
 * last set) of a directory into a store that has never held their reports. For `open`. */
NODISCARD enum status slice_load_facts(struct slice *slice, struct db *writer,
                                       const char *directory, struct fault *fault);

/* One indicator of an owner's overview: the figure whose labels hold all the words of `labels`
 * (separated by '/'; spaces set aside) and whose unit is `unit` (empty: any), of the latest report
 * up to the date. */
struct slice_indicator {
    const char *code;
    const char *label;
    const char *labels;
    const char *unit;
};

/* Fills indicators[] with those that are found; *count says how many. as_of may be empty. */
NODISCARD enum status slice_find_indicators(struct db *db, struct arena *arena, const char *as_of,
                                            const struct slice_indicator *wanted,
                                            size_t wanted_count,
                                            struct _Sotong__Slice__V1__Indicator ***indicators,
                                            size_t *count);
