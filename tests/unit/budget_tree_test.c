#include "budget_tree.h"

#include "base/clock.h"
#include "support/budget_tables.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 256 * 1024 * 1024, ROWS_MAX = 16 };

static enum status infer(const struct tree_row *rows, size_t count, size_t columns,
                         struct tree_place *places)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    struct tree_table table = {.rows = rows, .row_count = count, .column_count = columns};
    enum status status = tree_infer(&arena, &table, places);
    arena_free(&arena);
    return status;
}

/* A small table with the places expected: the depth of each row, and `m` behind it for a memo. */
struct tree_case {
    const char *name;
    const char *shape;
    size_t columns;
    size_t count;
    struct tree_row rows[ROWS_MAX];
};

static void finds_the_tree(void)
{
    static const struct tree_case cases[] = {
        {"no rows", "", 1, 0, {{{0}}}},
        {"one row", "0", 1, 1, {{{5}}}},
        {"a total and its parts", "0 1 1", 1, 3, {{{31518}}, {{20518}}, {{11000}}}},
        {"off by one thousand", "0 1 1", 1, 3, {{{31519}}, {{20518}}, {{11000}}}},
        {"off by more than rounding", "0 0 0", 1, 3, {{{31521}}, {{20518}}, {{11000}}}},
        {"off by two over four parts",
         "0 1 1 1 1",
         1,
         5,
         {{{73126}}, {{20518}}, {{11003}}, {{12301}}, {{29302}}}},
        {"four levels",
         "0 1 2 3 3 2 1",
         2,
         7,
         {{{10234, 7261}},
          {{6234, 5061}},
          {{4234, 3061}},
          {{4111, 3002}},
          {{123, 59}},
          {{2000, 2000}},
          {{4000, 2200}}}},
        {"a single child",
         "0 1 2 1",
         3,
         4,
         {{{9812, 7711, 6610}}, {{8512, 7000, 6123}}, {{8512, 7000, 6123}}, {{1300, 711, 487}}}},
        {"a chain of single children",
         "0 1 2 3",
         3,
         4,
         {{{9812, 7711, 6610}}, {{9812, 7711, 6610}}, {{9812, 7711, 6610}}, {{9812, 7711, 6610}}}},
        {"equal neighbours that the sum above makes siblings",
         "0 1 1 1",
         1,
         4,
         {{{724100}}, {{300000}}, {{300000}}, {{124100}}}},
        {"equal neighbours that the sum above makes parent and child",
         "0 1 2 1",
         1,
         4,
         {{{424100}}, {{300000}}, {{300000}}, {{124100}}}},
        {"round equal neighbours under nothing are siblings",
         "0 0 0",
         3,
         3,
         {{{300000, 0, 0}}, {{300000, 0, 0}}, {{300000, 0, 0}}}},
        {"siblings that happen to add up",
         "0 1 1 1 1",
         1,
         5,
         {{{723400}}, {{300000}}, {{100000}}, {{200000}}, {{123400}}}},
        {"the total is broken down twice",
         "0 1m 1m 1 2 2 1",
         1,
         7,
         {{{31518}}, {{30857}}, {{661}}, {{20518}}, {{10518}}, {{10000}}, {{11000}}}},
        {"the second breakdown is the shorter one",
         "0 1 2 2 1 1m 1m",
         1,
         7,
         {{{31518}}, {{20518}}, {{10518}}, {{10000}}, {{11000}}, {{30857}}, {{661}}}},
        {"a total below its parts",
         "0 1 1 0 1 1 0m",
         1,
         7,
         {{{20518}}, {{10518}}, {{10000}}, {{8371}}, {{8000}}, {{371}}, {{28889}, true}}},
        {"no total row, two trees",
         "0 1 1 0 1 1",
         1,
         6,
         {{{20518}}, {{10518}}, {{10000}}, {{8371}}, {{8000}}, {{371}}}},
        {"no structure",
         "0 0 0 0",
         2,
         4,
         {{{8123, 71}}, {{5171, 4999}}, {{2900, 18}}, {{61222, 1}}}},
        {"a row of zeros in front, inside and behind",
         "0 0 1 1 1 0 0",
         2,
         7,
         {{{0, 0}},
          {{20518, 312}},
          {{0, 0}},
          {{10518, 300}},
          {{10000, 12}},
          {{61222, 1}},
          {{0, 0}}}},
        {"a row that is zero in one column",
         "0 1 1 1",
         2,
         4,
         {{{510630, 524840}}, {{510000, 483530}}, {{0, 41310}}, {{630, 0}}}},
        {"a negative part", "0 1 1 1", 1, 4, {{{20018}}, {{10518}}, {{10000}}, {{-500}}}},
        {"small numbers prove nothing", "0 0 0", 1, 3, {{{3}}, {{2}}, {{1}}}},
        {"unless a label says total", "0 1 1", 1, 3, {{{13}, true}, {{9}}, {{4}}}},
        {"amounts at the edge of 64 bits",
         "0 1 0",
         1,
         3,
         {{{INT64_MAX}}, {{INT64_MAX}}, {{INT64_MIN}}}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct tree_place places[ROWS_MAX];
        CU_ASSERT_EQUAL_FATAL(infer(cases[i].rows, cases[i].count, cases[i].columns, places), OK);
        char shape[128] = "";
        size_t used = 0;
        for (size_t row = 0; row < cases[i].count; row++)
            used +=
                (size_t)snprintf(shape + used, sizeof shape - used, "%s%d%s", row == 0 ? "" : " ",
                                 places[row].depth, places[row].memo ? "m" : "");
        if (strcmp(shape, cases[i].shape) != 0)
            (void)printf("%s: %s, not %s\n", cases[i].name, shape, cases[i].shape);
        CU_ASSERT_STRING_EQUAL(shape, cases[i].shape);
    }
}

static void check_printed(const struct printed_budget_row *printed, size_t count, size_t columns)
{
    struct tree_row rows[SEOUL_2020_ROWS] = {0};
    struct tree_place places[SEOUL_2020_ROWS];
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < columns; c++)
            rows[i].amounts[c] = printed_units(printed[i].cells[c]);
    }
    CU_ASSERT_EQUAL_FATAL(infer(rows, count, columns, places), OK);
    for (size_t i = 0; i < count; i++) {
        if (places[i].depth != printed[i].depth || places[i].memo != printed[i].memo)
            (void)printf("row %zu: depth %d, memo %d\n", i, places[i].depth, places[i].memo);
        CU_ASSERT_EQUAL(places[i].depth, printed[i].depth);
        CU_ASSERT_EQUAL(places[i].memo, printed[i].memo);
    }
}

static void reads_the_table_of_2012(void)
{
    check_printed(seoul_2012_rows, SEOUL_2012_ROWS, 2);
}

static void reads_the_table_of_2020(void)
{
    check_printed(seoul_2020_rows, SEOUL_2020_ROWS, 3);
}

/* Fills rows with a regular tree: every row that is no leaf has `fan` children. */
static size_t regular_tree(struct tree_row *rows, size_t count, int levels, int fan)
{
    size_t used = 0;
    size_t open[16];
    int filled[16];
    int level = 0;
    uint64_t seed = 2020;
    memset(rows, 0, count * sizeof *rows);
    open[0] = used++;
    filled[0] = 0;
    while (level >= 0 && used < count) {
        if (level == levels - 1 || filled[level] == fan) {
            level--;
            continue;
        }
        filled[level]++;
        level++;
        open[level] = used++;
        filled[level] = 0;
        if (level < levels - 1) continue;
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        for (int up = level; up >= 0; up--) {
            rows[open[up]].amounts[0] += (int64_t)(seed >> 40);
            rows[open[up]].amounts[1] += (int64_t)(seed >> 44);
            rows[open[up]].amounts[2] += (int64_t)(seed >> 46);
        }
    }
    return used;
}

static void large_tables_take_time_in_proportion(void)
{
    enum { BUDGET_MS = 20000 }; /* With sanitizers, on a machine that does other things. */
    struct tree_row *rows = calloc(TREE_ROWS_MAX, sizeof *rows);
    struct tree_place *places = calloc(TREE_ROWS_MAX, sizeof *places);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rows);
    CU_ASSERT_PTR_NOT_NULL_FATAL(places);
    static const struct {
        const char *name;
        int levels, fan, kind;
    } cases[] = {
        {"flat under one total", 2, 9999, 0},
        {"a tree of four levels", 4, 21, 0},
        {"a deep tree", 12, 2, 0},
        {"all the same", 0, 0, 1},
        {"falling powers", 0, 0, 2},
        {"alternating signs", 0, 0, 3},
        {"small numbers", 0, 0, 4},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        size_t count = TREE_ROWS_MAX;
        if (cases[i].kind == 0)
            count = regular_tree(rows, TREE_ROWS_MAX, cases[i].levels, cases[i].fan);
        for (size_t row = 0; cases[i].kind > 0 && row < count; row++) {
            int64_t amount = cases[i].kind == 1   ? 12347
                             : cases[i].kind == 2 ? INT64_C(1) << (40 - row % 40)
                             : cases[i].kind == 3 ? (row % 2 == 0 ? 7 : -7)
                                                  : (int64_t)(row * 7919 % 13) + 1;
            rows[row] = (struct tree_row){.amounts = {amount}};
        }
        int64_t before_ms = clock_monotonic_ms();
        CU_ASSERT_EQUAL(infer(rows, count, 3, places), OK);
        int64_t took_ms = clock_monotonic_ms() - before_ms;
        (void)printf("%s: %zu rows, %d ms\n", cases[i].name, count, (int)took_ms);
        CU_ASSERT_TRUE(took_ms < BUDGET_MS);
        size_t roots = 0;
        int32_t deepest = 0;
        for (size_t row = 0; row < count; row++) {
            roots += places[row].parent == TREE_ROOT;
            if (places[row].depth > deepest) deepest = places[row].depth;
            CU_ASSERT_TRUE(places[row].depth < TREE_LEVELS_MAX);
        }
        if (cases[i].kind > 0) continue;
        CU_ASSERT_EQUAL(roots, 1);
        CU_ASSERT_EQUAL(deepest, cases[i].levels - 1);
    }
    free(places);
    free(rows);
}

static void refuses_what_is_too_large(void)
{
    struct tree_place place;
    struct tree_row row = {.amounts = {1}};
    CU_ASSERT_EQUAL(infer(&row, TREE_ROWS_MAX + 1, 1, &place), INVALID_ARGUMENT);
    CU_ASSERT_EQUAL(infer(&row, 1, TREE_COLUMNS_MAX + 1, &place), INVALID_ARGUMENT);
    CU_ASSERT_EQUAL(infer(&row, 1, 0, &place), INVALID_ARGUMENT);
}

static void survives_every_failed_allocation(void)
{
    enum { ALLOCATIONS_MAX = 200 };
    struct tree_row rows[] = {{{31518}}, {{30857}}, {{661}}, {{20518}}, {{11000}}};
    struct tree_place places[ARRAY_LENGTH(rows)];
    bool finished = false;
    for (long nth = 1; nth < ALLOCATIONS_MAX && !finished; nth++) {
        (void)alloc_fail_at(nth);
        enum status status = infer(rows, ARRAY_LENGTH(rows), 1, places);
        finished = status == OK;
        CU_ASSERT_TRUE(status == OK || status == RESOURCE_EXHAUSTED);
    }
    (void)alloc_fail_at(0);
    CU_ASSERT_TRUE(finished);
}

SUITE("budget tree", {"finds the tree", finds_the_tree},
      {"reads the table of 2012", reads_the_table_of_2012},
      {"reads the table of 2020", reads_the_table_of_2020},
      {"large tables take time in proportion", large_tables_take_time_in_proportion},
      {"refuses what is too large", refuses_what_is_too_large},
      {"survives every failed allocation", survives_every_failed_allocation})
