#include "budget_derive.h"

#include <string.h>

#include "budget_ledger_store.h"
#include "budget_line_store.h"
#include "budget_recorded.h"
#include "budget_wire.h"
#include "slice/slice.h"

enum { SCRATCH_BYTES_MAX = 256 * 1024 * 1024 };

/* A report's tables as they are read: of the report that is derived, or of one that shares a ledger
 * with it. */
struct report_tables {
    struct arena *arena;   /* What is kept. */
    struct arena *scratch; /* One table at a time. */
    const char *report_id;
    struct date as_of;
    struct budget_table tables[TABLES_PER_REPORT_MAX];
    size_t table_count;
    struct fund_table funds[TABLES_PER_REPORT_MAX];
    size_t fund_count;
    struct report_tables *next;
};

/* Everything that one derivation needs. */
struct derivation {
    struct db *db;
    struct arena *arena;
    struct arena scratch;
    const slice_slice_source *source;
    struct report_tables *reports; /* Those that were read so far. */
    slice_put_slice_response *out;
    struct fault *fault;
};

/* A table that is neither kind, or too large to be one, is left alone. */
static enum status table_visit(void *context, const slice_table *table)
{
    struct report_tables *report = context;
    struct grid grid;
    enum status status = grid_read(report->scratch, table, &grid);
    if (status == OK && report->table_count < TABLES_PER_REPORT_MAX) {
        status = budget_table_read(report->arena, &grid, report->as_of,
                                   &report->tables[report->table_count]);
        if (status == OK) report->table_count++;
    }
    if (status == NOT_FOUND && report->fund_count < TABLES_PER_REPORT_MAX) {
        status = fund_table_read(report->arena, &grid, report->as_of,
                                 &report->funds[report->fund_count]);
        if (status == OK) report->fund_count++;
    }
    arena_reset(report->scratch);
    return status == RESOURCE_EXHAUSTED ? status : OK;
}

/* The tables of a report, read once. */
static enum status report_read(struct derivation *derivation, const char *report_id,
                               struct date as_of, struct report_tables **out)
{
    for (*out = derivation->reports; *out != NULL; *out = (*out)->next) {
        if (strcmp((*out)->report_id, report_id) == 0) return OK;
    }
    struct report_tables *report = arena_calloc(derivation->arena, 1, sizeof *report);
    if (report == NULL) return RESOURCE_EXHAUSTED;
    report->arena = derivation->arena;
    report->scratch = &derivation->scratch;
    report->report_id = report_id;
    report->as_of = as_of;
    report->next = derivation->reports;
    enum status status =
        slice_visit_tables(derivation->db, &derivation->scratch, report_id, table_visit, report);
    if (status != OK) return status;
    derivation->reports = report;
    *out = report;
    return OK;
}

/* Applies one reading to the ledger. A table that is no longer read as one changes nothing. */
static enum status reading_apply(struct derivation *derivation, const struct reading *reading,
                                 struct recorded *recorded, struct ledger *ledger)
{
    struct report_tables *report;
    enum status status = report_read(derivation, reading->report_id, reading->report_day, &report);
    for (size_t i = 0; status == OK && i < report->table_count; i++) {
        const struct budget_table *table = &report->tables[i];
        if (strcmp(table->name, reading->table_name) != 0) continue;
        struct snapshot snapshot = snapshot_of(table, reading->id);
        if (reading->previous && !snapshot_before(table, reading->id, &snapshot)) continue;
        status = recorded_until(recorded, snapshot.day, ledger);
        if (status == OK) status = ledger_apply(ledger, &snapshot);
    }
    return status;
}

/* Tells what was posted to a year that is closed. */
static enum status closed_note(struct derivation *derivation, const struct scope *scope,
                               const struct derived_posted *posted)
{
    struct arena *arena = derivation->arena;
    int64_t closed_ms;
    if (posted->count == 0) return OK;
    enum status status = year_closed_get(derivation->db, scope, &closed_ms);
    if (status != OK) return status == NOT_FOUND ? OK : status;
    slice_closed_change *change = arena_alloc(arena, sizeof *change);
    char **names = arena_calloc(arena, posted->id_count + 1, sizeof *names);
    if (change == NULL || names == NULL) return RESOURCE_EXHAUSTED;
    *change = (slice_closed_change)SLICE_CLOSED_CHANGE_INIT;
    change->publisher = arena_copy(arena, scope->publisher, strlen(scope->publisher));
    change->fiscal_year = scope->fiscal_year;
    change->closed_time = timestamp_message(arena, closed_ms);
    change->entry_count = posted->count;
    change->correction_count = posted->corrections;
    change->current_won = posted->change.won[AMOUNT_CURRENT];
    change->committed_won = posted->change.won[AMOUNT_COMMITTED];
    change->spent_won = posted->change.won[AMOUNT_SPENT];
    change->entries = names;
    for (; change->n_entries < posted->id_count; change->n_entries++) {
        names[change->n_entries] =
            arena_printf(arena, "entries/%lld", (long long)posted->ids[change->n_entries]);
        if (names[change->n_entries] == NULL) return RESOURCE_EXHAUSTED;
    }
    if (change->publisher == NULL || change->closed_time == NULL) return RESOURCE_EXHAUSTED;
    derivation->out->closed_changes[derivation->out->n_closed_changes++] = change;
    return OK;
}

static enum status ledger_rebuild(struct derivation *derivation, const struct scope *scope)
{
    struct ledger ledger;
    struct reading_list readings;
    struct derived_list derived;
    struct derived_posted posted = {.count = 0};
    struct recorded recorded = {
        .db = derivation->db, .arena = derivation->arena, .scope = scope, .derived = &derived};
    ledger_init(&ledger, derivation->arena);
    enum status status = reading_list(derivation->db, derivation->arena, scope, &readings);
    if (status == OK) status = derived_read(derivation->db, derivation->arena, scope, &derived);
    if (status == OK) status = recorded_begin(&recorded, &ledger);
    for (size_t i = 0; i < readings.count && status == OK; i++)
        status = reading_apply(derivation, &readings.readings[i], &recorded, &ledger);
    if (status == OK) ledger_order(&ledger);
    if (status == OK)
        status = ledger_store(derivation->db, derivation->arena, scope, &ledger, &derived, &posted);
    if (status == OK) status = closed_note(derivation, scope, &posted);
    if (status == OUT_OF_RANGE)
        return fault_set(derivation->fault, OUT_OF_RANGE,
                         "the budget tables of fiscal year %d hold amounts whose sum is too large",
                         scope->fiscal_year);
    return status;
}

/* Keeps a table as the reading of its year, and of the year before. */
static enum status table_keep(struct derivation *derivation, const struct reading *source,
                              const struct budget_table *table, struct scope_list *scopes)
{
    struct reading reading = *source;
    reading.table_name = table->name;
    reading.table_line = table->line;
    reading.section = table->section;
    reading.kind = table->kind;
    reading.day = table->day;
    reading.scope.fiscal_year = table->fiscal_year;
    enum status status = reading_put(derivation->db, &reading);
    if (status == OK) status = scope_add(derivation->arena, scopes, reading.scope);
    struct snapshot before;
    if (status != OK || !snapshot_before(table, 0, &before)) return status;
    reading.previous = true;
    reading.day = before.day;
    reading.scope.fiscal_year--;
    status = reading_put(derivation->db, &reading);
    if (status == OK) status = scope_add(derivation->arena, scopes, reading.scope);
    return status;
}

static enum status tables_keep(struct derivation *derivation, const struct reading *source,
                               const struct report_tables *report, struct scope_list *scopes)
{
    bool repeats[TABLES_PER_REPORT_MAX];
    enum status status =
        budget_tables_compare(derivation->arena, report->tables, report->table_count, repeats);
    for (size_t i = 0; i < report->table_count && status == OK; i++) {
        if (!repeats[i]) status = table_keep(derivation, source, &report->tables[i], scopes);
    }
    return status;
}

static enum status funds_keep(struct derivation *derivation, const struct reading *source,
                              const struct report_tables *report)
{
    enum status status = OK;
    for (size_t i = 0; i < report->fund_count && status == OK; i++) {
        const struct fund_table *table = &report->funds[i];
        struct reading from = *source;
        from.section = table->section;
        for (size_t a = 0; a < table->account_count && status == OK; a++)
            status = fund_put(derivation->db, derivation->arena, &from, &table->accounts[a]);
    }
    return status;
}

static enum status derive_all(struct derivation *derivation, struct date as_of)
{
    struct db *db = derivation->db;
    const char *report_id = derivation->source->report_id;
    struct reading source = {.report_id = report_id,
                             .report_day = as_of,
                             .scope = {.publisher = derivation->source->publisher}};
    struct scope_list scopes = {0};
    struct report_tables *report = NULL;
    enum status status = reading_scopes(db, derivation->arena, report_id, &scopes);
    if (status == OK) status = reading_unsee(db, report_id);
    if (status == OK) status = fund_unsee(db, report_id);
    if (status == OK) status = report_read(derivation, report_id, as_of, &report);
    if (status == OK) status = tables_keep(derivation, &source, report, &scopes);
    if (status == OK) status = funds_keep(derivation, &source, report);
    if (status == OK) status = fund_delete_unseen(db, report_id);
    slice_put_slice_response *out = derivation->out;
    out->closed_changes =
        arena_calloc(derivation->arena, scopes.count + 1, sizeof(slice_closed_change *));
    if (out->closed_changes == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < scopes.count && status == OK; i++)
        status = ledger_rebuild(derivation, &scopes.scopes[i]);
    int64_t count = 0;
    if (status == OK) status = report_record_count(db, report_id, &count);
    if (status == OK) out->record_count = (int32_t)count;
    return status;
}

enum status budget_derive(void *self, struct db *db, struct arena *arena,
                          const slice_slice_source *source, slice_put_slice_response *out,
                          struct fault *fault)
{
    (void)self;
    struct date as_of;
    if (date_parse(text_from(source->as_of), &as_of) != OK)
        return fault_set(fault, INVALID_ARGUMENT, "source.as_of is no date");
    struct derivation derivation = {
        .db = db, .arena = arena, .source = source, .out = out, .fault = fault};
    arena_init(&derivation.scratch, SCRATCH_BYTES_MAX);
    enum status status = derive_all(&derivation, as_of);
    arena_free(&derivation.scratch);
    return status;
}

enum status budget_count_records(void *self, struct db *db, int64_t *count)
{
    (void)self;
    return record_count(db, count);
}
