/* The two real reports: what can be checked of them without printing them. */
#include <string.h>

#include "support/import_reader.h"
#include "support/suite.h"

enum { ARENA_BYTES = 64 << 20, FORMS = 4 };

struct expectation {
    const char *name;
    const char *as_of, *publisher;
    int tables[FORMS]; /* By form. */
    const char *budget_table;
    size_t budget_rows;
    const char *headcount_table;
    const char *corner; /* Text of the last cell of the headcount table. */
};

static const struct expectation reports[] = {
    {"seoul-2012-02.txt",
     "2012-02-29",
     "시민소통기획관",
     {0, 7, 0, 0},
     "tables/r-44",
     44,
     "tables/r-33",
     "12"},
    {"seoul-2020-04.txt",
     "2020-04-21",
     "시민소통기획관",
     {0, 0, 24, 2},
     "tables/r-136",
     45,
     "tables/r-33",
     "3"},
};

static const slice_table *table_named(const struct import_read *read, const char *name)
{
    for (int i = 0; i < read->table_count; i++) {
        if (strcmp(read->tables[i]->name, name) == 0) return read->tables[i];
    }
    return NULL;
}

static void check_budget(const struct import_read *read, const struct expectation *expected)
{
    const slice_table *table = table_named(read, expected->budget_table);
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    CU_ASSERT_STRING_EQUAL(table->owner, "budget");
    CU_ASSERT_EQUAL(table->heading_rows, 1);
    CU_ASSERT_EQUAL_FATAL(table->n_rows, expected->budget_rows + 1);
    for (size_t r = 1; r < table->n_rows; r++) {
        CU_ASSERT_EQUAL_FATAL(table->rows[r]->n_cells, 5);
        for (size_t c = 1; c < 5; c++) {
            const type_quantity *value = table->rows[r]->cells[c]->quantity;
            CU_ASSERT_PTR_NOT_NULL_FATAL(value);
            CU_ASSERT_STRING_EQUAL(value->unit, c == 4 ? "PERCENT" : "KRW");
            if (c < 4) CU_ASSERT_EQUAL(value->exponent, 3);
        }
    }
}

static void check_headcount(const struct import_read *read, const struct expectation *expected)
{
    const slice_table *table = table_named(read, expected->headcount_table);
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    CU_ASSERT_STRING_EQUAL(table->owner, "report");
    CU_ASSERT_EQUAL(table->heading_rows, 2);
    const slice_row *last = table->rows[table->n_rows - 1];
    CU_ASSERT_STRING_EQUAL(last->cells[last->n_cells - 1]->text, expected->corner);
}

static void reads_the_reports(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(reports); i++) {
        const struct expectation *expected = &reports[i];
        struct arena arena;
        arena_init(&arena, ARENA_BYTES);
        struct text bytes;
        if (import_report(&arena, expected->name, &bytes)) {
            struct import_read *read = import_read(bytes, NULL);
            CU_ASSERT_EQUAL_FATAL(read->status, OK);
            CU_ASSERT_STRING_EQUAL(read->cover.as_of, expected->as_of);
            CU_ASSERT_STRING_EQUAL(read->cover.publisher, expected->publisher);
            CU_ASSERT_EQUAL(read->unread_count, 0);
            int forms[FORMS] = {0};
            for (int t = 0; t < read->table_count; t++)
                forms[read->tables[t]->form]++;
            for (int form = 0; form < FORMS; form++)
                CU_ASSERT_EQUAL(forms[form], expected->tables[form]);
            check_budget(read, expected);
            check_headcount(read, expected);
            import_read_free(read);
        } else {
            CU_PASS("skipped");
        }
        arena_free(&arena);
    }
}

SUITE("import_report", {"reads the reports", reads_the_reports})
