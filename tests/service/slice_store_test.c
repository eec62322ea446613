#include "slice/slice_store.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "slice/slice_page.h"
#include "support/slices.h"
#include "support/suite.h"

static enum status count_one(void *context, const slice_figure *figure)
{
    int *count = context;
    *count += figure->quantity != NULL;
    return OK;
}

static int visible_figures(struct slices *at, const char *report_id)
{
    int count = 0;
    CU_ASSERT_EQUAL(slice_visit_figures(at->db, &at->arena, report_id, count_one, &count), OK);
    return count;
}

static int64_t rows_of(struct slices *at, const struct db_sql *sql)
{
    int64_t count = -1;
    CU_ASSERT_EQUAL(db_query_int_values(at->db, &count, sql, NULL, 0), OK);
    return count;
}

static const struct db_sql count_slices = {"count_slices", "SELECT count(*) FROM slices"};
static const struct db_sql count_figures = {"count_figures", "SELECT count(*) FROM slice_figures"};
static const struct db_sql count_tables = {"count_tables", "SELECT count(*) FROM slice_tables"};

static void shows_a_slice_with_its_last_part(void)
{
    struct slices at;
    slices_open(&at);
    slice_put_slice_response out = SLICE_PUT_SLICE_RESPONSE_INIT;
    struct slices_part first = {"seoul-2020-04", 'a', .part = 0, .figures = 3, .tables = 1};
    CU_ASSERT_EQUAL(slices_put(&at, slices_request(&at, first), &out), OK);
    CU_ASSERT_FALSE(out.committed);
    CU_ASSERT_EQUAL(out.figure_count, 3);
    CU_ASSERT_EQUAL(visible_figures(&at, "seoul-2020-04"), 0);
    CU_ASSERT_EQUAL(slice_is_held(at.db, "seoul-2020-04"), NOT_FOUND);
    struct slices_part second = {
        "seoul-2020-04", 'a', .part = 1, .last = true, .figures = 2, .first_line = 10, .tables = 1};
    CU_ASSERT_EQUAL(slices_put(&at, slices_request(&at, second), &out), OK);
    CU_ASSERT(out.committed);
    CU_ASSERT_EQUAL(out.figure_count, 5);
    CU_ASSERT_EQUAL(out.table_count, 2);
    CU_ASSERT_EQUAL(visible_figures(&at, "seoul-2020-04"), 5);
    CU_ASSERT_EQUAL(slice_is_held(at.db, "seoul-2020-04"), OK);
    slices_close(&at);
}

/* One step of a story: a part and what becomes of it. */
struct step {
    struct slices_part part;
    enum status expected;
    int visible;         /* Figures of report r afterwards. */
    const char *message; /* Part of the fault's. */
};

static void keeps_parts_in_order(void)
{
    static const struct step steps[] = {
        {{"r", 'a', .part = 1, .figures = 1}, FAILED_PRECONDITION, 0, "no part is staged"},
        {{"r", 'a', .part = 0, .figures = 1}, OK, 0, ""},
        {{"r", 'a', .part = 2, .figures = 1}, FAILED_PRECONDITION, 0, "part 1 is next"},
        {{"r", 'b', .part = 1, .figures = 1}, FAILED_PRECONDITION, 0, "bbbbbbbbbbbb…"},
        {{"r", 'b', .part = 0, .figures = 2}, OK, 0, ""}, /* Discards what 'a' staged. */
        {{"r", 'b', .part = 1, .last = true, .figures = 2}, OK, 4, ""},
        {{"r", 'b', .part = 2, .last = true}, FAILED_PRECONDITION, 4, "no part is staged"},
        {{"r", 'a', .part = 0, .last = true}, ALREADY_EXISTS, 4, "bbbbbbbbbbbb…, not aaaa"},
        {{"r", 'b', .part = 0, .figures = 7}, OK, 4, ""}, /* Imported again. */
        {{"s", 'a', .part = 0, .last = true, .figures = 5}, OK, 4, ""},
        {{"r", 'b', .part = 1, .last = true}, OK, 7, ""},
        {{"r", 'b', .part = 0, .last = true}, OK, 0, ""}, /* An empty slice is one, too. */
    };
    struct slices at;
    slices_open(&at);
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        at.fault.message[0] = '\0';
        enum status status = slices_put_part(&at, steps[i].part);
        CU_ASSERT_EQUAL(status, steps[i].expected);
        CU_ASSERT_PTR_NOT_NULL(strstr(at.fault.message, steps[i].message));
        CU_ASSERT_EQUAL(visible_figures(&at, "r"), steps[i].visible);
    }
    CU_ASSERT_EQUAL(visible_figures(&at, "s"), 5);
    CU_ASSERT_EQUAL(rows_of(&at, &count_slices), 2); /* Nothing is left of what was replaced. */
    CU_ASSERT_EQUAL(rows_of(&at, &count_figures), 5);
    slices_close(&at);
}

static void refuses_what_others_own(void)
{
    struct slices at;
    slices_open(&at);
    struct slices_part part = {"r", 'a', .last = true, .figures = 2, .tables = 2};
    struct slice_violation violation;
    slice_put_slice_request *in = slices_request(&at, part);
    CU_ASSERT(slice_request_check(&at.slice, in, &violation));
    char budget[] = "budget";
    in->tables[1]->owner = budget;
    CU_ASSERT_FALSE(slice_request_check(&at.slice, in, &violation));
    CU_ASSERT_STRING_EQUAL(violation.field, "tables[1].owner");
    CU_ASSERT_STRING_EQUAL(violation.description,
                           "is \"budget\"; this service stores what \"petition\" owns");
    in->figures[0]->citation->report_id = budget;
    CU_ASSERT_FALSE(slice_request_check(&at.slice, in, &violation));
    CU_ASSERT_STRING_EQUAL(violation.field, "figures[0].citation.report_id");
    slices_close(&at);
}

/* An owner that derives one record a table, and may fail. */
struct owner {
    enum status status;
    int derived;
};

static const struct db_sql record_insert = {"record_insert",
                                            "INSERT INTO records (id) VALUES ($1)"};
static const struct db_sql record_count = {"record_count", "SELECT count(*) FROM records"};
static const struct db_migration owner_migrations[] = {
    {100, "100_records", "CREATE TABLE records (id INTEGER NOT NULL PRIMARY KEY);"}};

struct derivation {
    struct db *db;
    int32_t count;
};

static enum status table_derive(void *context, const slice_table *table)
{
    struct derivation *derivation = context;
    derivation->count++;
    return db_run(derivation->db, &record_insert, DB_INT(table->citation->line));
}

static enum status owner_derive(void *self, struct db *db, struct arena *arena,
                                const slice_slice_source *source, slice_put_slice_response *out,
                                struct fault *fault)
{
    struct owner *owner = self;
    struct derivation derivation = {.db = db};
    enum status status =
        slice_visit_tables(db, arena, source->report_id, table_derive, &derivation);
    if (status != OK) return status;
    owner->derived++;
    out->record_count = derivation.count;
    return owner->status == OK ? OK : fault_set(fault, owner->status, "table 2 does not add up");
}

static void derives_records_or_stores_nothing(void)
{
    struct slices at;
    slices_open(&at);
    struct owner owner = {.status = FAILED_PRECONDITION};
    at.slice.derive = owner_derive;
    at.slice.self = &owner;
    CU_ASSERT_EQUAL(db_migrate(at.db, owner_migrations, 1, &at.fault), OK);
    struct slices_part part = {"r", 'a', .last = true, .figures = 2, .tables = 3};
    CU_ASSERT_EQUAL(slices_put_part(&at, part), FAILED_PRECONDITION);
    CU_ASSERT_STRING_EQUAL(at.fault.message, "table 2 does not add up");
    CU_ASSERT_EQUAL(owner.derived, 1);
    CU_ASSERT_EQUAL(rows_of(&at, &record_count), 0);
    CU_ASSERT_EQUAL(rows_of(&at, &count_slices), 0);
    CU_ASSERT_EQUAL(rows_of(&at, &count_tables), 0);
    owner.status = OK;
    slice_put_slice_response out = SLICE_PUT_SLICE_RESPONSE_INIT;
    CU_ASSERT_EQUAL(slices_put(&at, slices_request(&at, part), &out), OK);
    CU_ASSERT_EQUAL(out.record_count, 3);
    CU_ASSERT_EQUAL(rows_of(&at, &record_count), 3);
    slice_slice_summary **summaries;
    size_t count = 0;
    CU_ASSERT_EQUAL(slice_summaries_read(at.db, &at.arena, &summaries, &count), OK);
    CU_ASSERT_EQUAL_FATAL(count, 1);
    CU_ASSERT_STRING_EQUAL(summaries[0]->source->report_id, "r");
    CU_ASSERT_STRING_EQUAL(summaries[0]->source->publisher, "시민소통기획관");
    CU_ASSERT_EQUAL(summaries[0]->figure_count, 2);
    CU_ASSERT_EQUAL(summaries[0]->table_count, 3);
    slices_close(&at);
}

static void survives_every_failed_allocation(void)
{
    enum { ALLOCATIONS_MAX = 20000 };
    struct slices at;
    slices_open(&at);
    struct owner owner = {.status = OK};
    at.slice.derive = owner_derive;
    at.slice.self = &owner;
    CU_ASSERT_EQUAL(db_migrate(at.db, owner_migrations, 1, &at.fault), OK);
    struct slices_part part = {"r", 'a', .last = true, .figures = 2, .tables = 2};
    slice_put_slice_request *in = slices_request(&at, part);
    slice_put_slice_response out = SLICE_PUT_SLICE_RESPONSE_INIT;
    enum status status = RESOURCE_EXHAUSTED;
    long nth = 0;
    while (status != OK && nth < ALLOCATIONS_MAX) {
        (void)alloc_fail_at(++nth);
        status = slices_put(&at, in, &out);
        (void)alloc_fail_at(0);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        int64_t slices = rows_of(&at, &count_slices);
        CU_ASSERT_EQUAL(slices, status == OK ? 1 : 0);
        CU_ASSERT_EQUAL(rows_of(&at, &record_count), 2 * slices);
    }
    CU_ASSERT(nth > 20 && nth < ALLOCATIONS_MAX);
    CU_ASSERT_EQUAL(out.record_count, 2);
    slices_close(&at);
}

static void stores_quickly(void)
{
    enum { FIGURES = 1500, TABLES = 40, LIMIT_US = 5000000 }; /* Only a runaway takes that. */
    struct slices at;
    slices_open(&at);
    struct slices_part part = {"r", 'a', .last = true, .figures = FIGURES, .tables = TABLES};
    slice_put_slice_request *in = slices_request(&at, part);
    slice_put_slice_response out = SLICE_PUT_SLICE_RESPONSE_INIT;
    int64_t begin = clock_monotonic_us();
    CU_ASSERT_EQUAL(slices_put(&at, in, &out), OK);
    int64_t first = clock_monotonic_us() - begin;
    begin = clock_monotonic_us();
    CU_ASSERT_EQUAL(slices_put(&at, in, &out), OK);
    int64_t second = clock_monotonic_us() - begin;
    (void)printf("(%d figures stored in %.1f ms, replaced in %.1f ms) ", FIGURES,
                 (double)first / 1000, (double)second / 1000);
    CU_ASSERT(first < LIMIT_US && second < LIMIT_US);
    slices_close(&at);
}

static void counts_allocations(void)
{
    CU_ASSERT_FATAL(store_count_allocations());
}

SUITE("slice_store", {"counts allocations", counts_allocations},
      {"shows a slice with its last part", shows_a_slice_with_its_last_part},
      {"keeps parts in order", keeps_parts_in_order},
      {"refuses what others own", refuses_what_others_own},
      {"derives records or stores nothing", derives_records_or_stores_nothing},
      {"survives every failed allocation", survives_every_failed_allocation},
      {"stores quickly", stores_quickly})
