#include "budget_ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "support/suite.h"

enum { ARENA_BYTES_MAX = 512 * 1024 * 1024, SHOWN_BYTES_MAX = 512 };

/* A row in short: its parent's index, label, current budget. */
struct short_row {
    int32_t parent;
    const char *label;
    int64_t won;
    bool memo;
};

/* A table of execution that prints the current budget alone. */
static struct budget_table table_of(struct arena *arena, const struct short_row *rows, size_t count)
{
    struct budget_table table = {.kind = BUDGET_TABLE_EXECUTION,
                                 .fiscal_year = 2024,
                                 .has = {true},
                                 .column = {2},
                                 .unit_won = 1,
                                 .row_count = count};
    table.rows = arena_calloc(arena, count + 1, sizeof *table.rows);
    CU_ASSERT_PTR_NOT_NULL_FATAL(table.rows);
    for (size_t i = 0; i < count; i++) {
        struct budget_row *row = &table.rows[i];
        row->label = row->key = rows[i].label;
        row->won[0] = rows[i].won;
        row->table_row = (int32_t)i + 2;
        row->place = (struct tree_place){rows[i].parent, 0, rows[i].memo};
        if (rows[i].parent >= 0) row->place.depth = table.rows[rows[i].parent].place.depth + 1;
    }
    return table;
}

static enum status apply(struct ledger *ledger, const struct budget_table *table, int32_t day)
{
    struct snapshot snapshot = snapshot_of(table, day);
    snapshot.day.days = day;
    return ledger_apply(ledger, &snapshot);
}

/* Lines in order as `depth label total(own)`, dropped ones in brackets. */
static void check(struct ledger *ledger, const char *expected)
{
    char shown[SHOWN_BYTES_MAX] = "";
    size_t used = 0;
    ledger_order(ledger);
    for (size_t position = 1; position <= ledger->line_count; position++) {
        for (size_t i = 0; i < ledger->line_count && used < sizeof shown; i++) {
            const struct ledger_line *line = &ledger->lines[i];
            if ((size_t)line->position != position) continue;
            used += (size_t)snprintf(shown + used, sizeof shown - used, "%s%s%d %s %lld(%lld)%s",
                                     position == 1 ? "" : "; ", line->dropped ? "[" : "",
                                     line->depth, line->label, (long long)line->total.won[0],
                                     (long long)line->own.won[0], line->dropped ? "]" : "");
        }
    }
    if (strcmp(shown, expected) != 0) (void)printf("%s, not\n%s\n", shown, expected);
    CU_ASSERT_STRING_EQUAL(shown, expected);
}

/* Tables that follow one another, and the ledger they leave. */
struct ledger_case {
    const char *name;
    struct short_row tables[4][8];
    const char *expected;
};

static void keeps_what_tables_print(void)
{
    static const struct ledger_case cases[] = {
        {"a total with a rest of rounding",
         {{{-1, "a", 101}, {0, "b", 60}, {0, "c", 40}}},
         "0 a 101(1); 1 b 60(60); 1 c 40(40)"},
        {"memo lines are not added",
         {{{-1, "a", 100}, {0, "x", 70, true}, {0, "y", 30, true}, {0, "b", 60}, {0, "c", 40}}},
         "0 a 100(0); 1 x 70(70); 1 y 30(30); 1 b 60(60); 1 c 40(40)"},
        {"a later table posts differences",
         {{{-1, "a", 100}, {0, "b", 60}, {0, "c", 40}},
          {{-1, "a", 120}, {0, "b", 75}, {0, "c", 45}}},
         "0 a 120(0); 1 b 75(75); 1 c 45(45)"},
        {"a line that is no longer printed is taken to zero with what is below it",
         {{{-1, "a", 100}, {0, "b", 60}, {1, "d", 60}, {0, "c", 40}},
          {{-1, "a", 50}, {0, "c", 50}}},
         "0 a 50(0); [1 b 0(0)]; [2 d 0(0)]; 1 c 50(50)"},
        {"and comes back",
         {{{-1, "a", 100}, {0, "b", 60}, {0, "c", 40}},
          {{-1, "a", 50}, {0, "c", 50}},
          {{-1, "a", 90}, {0, "b", 40}, {0, "c", 50}}},
         "0 a 90(0); 1 b 40(40); 1 c 50(50)"},
        {"a summary leaves the details and posts the rest to what it prints",
         {{{-1, "a", 100}, {0, "b", 60}, {1, "d", 60}, {0, "c", 40}},
          {{-1, "a", 130}, {0, "b", 80}, {0, "c", 50}}},
         "0 a 130(0); 1 b 80(20); 2 d 60(60); 1 c 50(50)"},
        {"a new line stands where it is printed",
         {{{-1, "a", 100}, {0, "b", 60}, {0, "c", 40}},
          {{-1, "a", 120}, {0, "b", 60}, {0, "n", 20}, {0, "c", 40}}},
         "0 a 120(0); 1 b 60(60); 1 n 20(20); 1 c 40(40)"},
        {"a table of one department finds its line by the label",
         {{{-1, "a", 100}, {0, "b", 60}, {0, "c", 40}},
          {{-1, "b", 70}, {0, "d", 45}, {0, "e", 25}}},
         "0 a 110(0); 1 b 70(0); 2 d 45(45); 2 e 25(25); 1 c 40(40)"},
        {"a label that stands twice is never guessed",
         {{{-1, "a", 100}, {0, "b", 60}, {1, "k", 60}, {0, "c", 40}, {3, "k", 40}}, {{-1, "k", 7}}},
         "0 k 7(7); 0 a 100(0); 1 b 60(0); 2 k 60(60); 1 c 40(0); 2 k 40(40)"},
        {"a parent that prints a label twice has two lines",
         {{{-1, "a", 100}, {0, "b", 60}, {0, "b", 40}},
          {{-1, "a", 110}, {0, "b", 60}, {0, "b", 50}}},
         "0 a 110(0); 1 b 60(60); 1 b 50(50)"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct arena arena;
        struct ledger ledger;
        struct budget_table tables[4];
        arena_init(&arena, ARENA_BYTES_MAX);
        ledger_init(&ledger, &arena);
        for (int t = 0; t < 4; t++) {
            size_t count = 0;
            while (count < 8 && cases[i].tables[t][count].label != NULL)
                count++;
            tables[t] = table_of(&arena, cases[i].tables[t], count);
            CU_ASSERT_EQUAL(apply(&ledger, &tables[t], t), OK);
        }
        check(&ledger, cases[i].expected);
        arena_free(&arena);
    }
}

static void marks_rounding_and_only_that(void)
{
    struct arena arena;
    struct ledger ledger;
    static const struct short_row rows[] = {{-1, "a", 101}, {0, "b", 60}, {0, "c", 40}};
    arena_init(&arena, ARENA_BYTES_MAX);
    struct budget_table table = table_of(&arena, rows, ARRAY_LENGTH(rows));
    ledger_init(&ledger, &arena);
    CU_ASSERT_EQUAL(apply(&ledger, &table, 0), OK);
    CU_ASSERT_EQUAL_FATAL(ledger.entry_count, 3);
    for (size_t i = 0; i < ledger.entry_count; i++) {
        CU_ASSERT_EQUAL(ledger.entries[i].rounding, ledger.entries[i].line == 0);
        CU_ASSERT_EQUAL(ledger.entries[i].kind, ENTRY_APPROPRIATION);
    }
    CU_ASSERT_EQUAL(apply(&ledger, &table, 1), OK);
    CU_ASSERT_EQUAL(ledger.entry_count, 3);
    arena_free(&arena);
}

/* Expenditure of 0 is posted once, to a line without parts; what is not printed is not posted. */
static void posts_what_is_printed_as_nothing(void)
{
    struct arena arena;
    struct ledger ledger;
    static const struct short_row rows[] = {{-1, "a", 100}, {0, "b", 60}, {0, "c", 40}};
    arena_init(&arena, ARENA_BYTES_MAX);
    struct budget_table table = table_of(&arena, rows, ARRAY_LENGTH(rows));
    table.has[AMOUNT_SPENT] = true;
    table.rows[0].won[AMOUNT_SPENT] = table.rows[1].won[AMOUNT_SPENT] = 7;
    ledger_init(&ledger, &arena);
    for (int day = 0; day < 2; day++) {
        CU_ASSERT_EQUAL(apply(&ledger, &table, day), OK);
        int spent = 0;
        int nothing = 0;
        for (size_t i = 0; i < ledger.entry_count; i++) {
            const struct ledger_entry *entry = &ledger.entries[i];
            CU_ASSERT_NOT_EQUAL(entry->kind, ENTRY_COMMITMENT);
            if (entry->kind == ENTRY_EXPENDITURE) spent++;
            if (entry->won == 0) nothing++;
        }
        CU_ASSERT_EQUAL(spent, 2);
        CU_ASSERT_EQUAL(nothing, 1);
    }
    arena_free(&arena);
}

static void refuses_sums_that_do_not_fit(void)
{
    struct arena arena;
    struct ledger ledger;
    static const struct short_row rows[] = {{-1, "a", 0}, {0, "b", INT64_MAX}, {0, "c", INT64_MAX}};
    arena_init(&arena, ARENA_BYTES_MAX);
    struct budget_table table = table_of(&arena, rows, ARRAY_LENGTH(rows));
    ledger_init(&ledger, &arena);
    CU_ASSERT_EQUAL(apply(&ledger, &table, 0), OUT_OF_RANGE);
    arena_free(&arena);
}

static void applies_large_tables_in_time(void)
{
    enum { ROWS = 10000, BUDGET_MS = 20000 };
    static const char *const shapes[] = {"flat", "a chain", "one label"};
    for (size_t shape = 0; shape < ARRAY_LENGTH(shapes); shape++) {
        struct arena arena;
        struct ledger ledger;
        arena_init(&arena, ARENA_BYTES_MAX);
        ledger_init(&ledger, &arena);
        struct short_row *rows = arena_calloc(&arena, ROWS, sizeof *rows);
        CU_ASSERT_PTR_NOT_NULL_FATAL(rows);
        for (int32_t i = 0; i < ROWS; i++) {
            rows[i].parent = shape == 1 && i % 100 != 0 ? i - 1 : TREE_ROOT;
            rows[i].label = shape == 2 ? "같은 사업" : arena_printf(&arena, "사업 %d", i);
            rows[i].won = i;
        }
        struct budget_table table = table_of(&arena, rows, ROWS);
        int64_t before_ms = clock_monotonic_ms();
        CU_ASSERT_EQUAL(apply(&ledger, &table, 0), OK);
        CU_ASSERT_EQUAL(apply(&ledger, &table, 1), OK);
        ledger_order(&ledger);
        int64_t took_ms = clock_monotonic_ms() - before_ms;
        (void)printf("%s: %d rows twice, %d ms\n", shapes[shape], ROWS, (int)took_ms);
        CU_ASSERT_TRUE(took_ms < BUDGET_MS);
        CU_ASSERT_EQUAL(ledger.line_count, ROWS);
        arena_free(&arena);
    }
}

SUITE("budget ledger", {"keeps what tables print", keeps_what_tables_print},
      {"marks rounding and only that", marks_rounding_and_only_that},
      {"posts what is printed as nothing", posts_what_is_printed_as_nothing},
      {"refuses sums that do not fit", refuses_sums_that_do_not_fit},
      {"applies large tables in time", applies_large_tables_in_time})
