#include "budget_table.h"

#include <stdio.h>
#include <string.h>

#include "budget_columns.h"
#include "support/budget_slices.h"
#include "support/suite.h"

enum { ROWS_MAX = 10, SHAPE_BYTES_MAX = 512 };

static void reads_headings(void)
{
    static const struct {
        const char *heading;
        enum column_role role;
        int year;
    } cases[] = {
        {"예산현액", COLUMN_CURRENT, 0},
        {"예산현액(A)", COLUMN_CURRENT, 0},
        {"예 산 액", COLUMN_CURRENT, 0},
        {"예산", COLUMN_CURRENT, 0},
        {"'20년 예산액", COLUMN_CURRENT, 2020},
        {"원인행위액", COLUMN_COMMITTED, 0},
        {"지출원인행위액", COLUMN_COMMITTED, 0},
        {"집행액(B)", COLUMN_SPENT, 0},
        {"지출액", COLUMN_SPENT, 0},
        {"3월말 집행액", COLUMN_SPENT, 0},
        {"집행액\n(2020.3.31.)", COLUMN_SPENT, 0},
        {"집행잔액", COLUMN_OTHER, 0},
        {"잔액", COLUMN_OTHER, 0},
        {"집행률", COLUMN_RATE, 0},
        {"집행율(%)", COLUMN_RATE, 0},
        {"집행률(B/A)", COLUMN_RATE, 0},
        {"2012년 예산", COLUMN_CURRENT, 2012},
        {"2025 예산액", COLUMN_CURRENT, 2025},
        {"2025년도 예산(안)", COLUMN_CURRENT, 2025},
        {"예산액 2025년", COLUMN_CURRENT, 2025},
        {"2024년", COLUMN_BUDGET, 2024},
        {"’25년 본예산", COLUMN_CURRENT, 2025},
        {"금년도 예산", COLUMN_BUDGET, 0},
        {"전년도 예산액", COLUMN_PREVIOUS, 0},
        {"증 감", COLUMN_CHANGE, 0},
        {"증△감", COLUMN_CHANGE, 0},
        {"증(△)감", COLUMN_CHANGE, 0},
        {"증감액", COLUMN_CHANGE, 0},
        {"전년 대비 증감액", COLUMN_CHANGE, 0},
        {"증감율", COLUMN_CHANGE_RATE, 0},
        {"증감률(%)", COLUMN_CHANGE_RATE, 0},
        {"%", COLUMN_CHANGE_RATE, 0},
        {"부서/사업명", COLUMN_OTHER, 0},
        {"구 분", COLUMN_OTHER, 0},
        {"적 요", COLUMN_ITEM, 0},
        {"연번", COLUMN_NUMBER, 0},
        {"2019 방문자수", COLUMN_OTHER, 2019},
        {"", COLUMN_OTHER, 0},
    };
    struct arena arena;
    arena_init(&arena, CALLS_ARENA_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct column_heading heading;
        CU_ASSERT_EQUAL_FATAL(column_read(&arena, text_from(cases[i].heading), &heading), OK);
        if (heading.role != cases[i].role || heading.year != cases[i].year)
            (void)printf("%s: role %d, year %d\n", cases[i].heading, heading.role, heading.year);
        CU_ASSERT_EQUAL(heading.role, cases[i].role);
        CU_ASSERT_EQUAL(heading.year, cases[i].year);
    }
    arena_free(&arena);
}

static void reads_unit_notes(void)
{
    static const struct {
        const char *note;
        bool money;
        int32_t scale;
    } cases[] = {
        {"천원", true, 3}, {"천원, %", true, 3}, {"백만원", true, 6}, {"억원", true, 8},
        {"원", true, 0},   {"명", false, 0},     {"%", false, 0},     {"", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int32_t scale = 0;
        CU_ASSERT_EQUAL(money_scale(text_from(cases[i].note), &scale), cases[i].money);
        if (cases[i].money) CU_ASSERT_EQUAL(scale, cases[i].scale);
    }
}

/* A table and what is read of it: kind, fiscal year, day, and for each row `depth label amounts` in
 * thousands of won. "" where it is no budget table. */
struct table_case {
    const char *name;
    struct printed_table table;
    const char *read;
};

#define TABLE(table_title, table_unit, table_day, headings, ...)                                   \
    {                                                                                              \
        .title = (table_title), .unit = (table_unit), .day = (table_day),                          \
        .heading_rows = (headings), .line = 40, .rows = (const char *const[]){__VA_ARGS__},        \
        .row_count = sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)             \
    }

static const struct table_case cases[] = {
    {"execution",
     TABLE("예산 집행현황", "천원, %", "2024-09-30", 1,
           "부서/사업명|예산현액|원인행위액|집행액|집행률", "합계|9,123|8,001|7,456|81.7%",
           "홍보과|5,023|4,501|4,000|79.6%", "소통과|4,100|3,500|3,456|84.3%"),
     "1 2024 2024-09-30; 0 합계 9123 8001 7456; 1 홍보과 5023 4501 4000; 1 소통과 4100 3500 3456"},
    {"execution without commitments, in millions, with a balance",
     TABLE("", "백만원", "", 1, "구 분|예산액(A)|지출액(B)|집행잔액|집행율(%)(B/A)",
           "계|9,123|7,456|1,667|81.7", "홍보|5,023|4,000|1,023|79.6", "소통|4,100|3,456|644|84.3"),
     "1 2024 2024-06-30; 0 계 9123000 - 7456000; 1 홍보 5023000 - 4000000; 1 소통 4100000 - "
     "3456000"},
    {"two label columns with subtotals",
     TABLE("", "천원", "2024-09-30", 1, "부서|사업명|예산현액|원인행위액|집행액|집행률",
           "총 계|<|9,123|8,001|7,456|81.7%", "홍보과|소계|5,023|4,501|4,000|79.6%",
           "^|시정 홍보|3,023|3,001|2,900|95.9%", "^|기본경비|2,000|1,500|1,100|55.0%",
           "소통과|소계|4,100|3,500|3,456|84.3%", "^|시민 소통|4,100|3,500|3,456|84.3%"),
     "1 2024 2024-09-30; 0 총 계 9123 8001 7456; 1 홍보과 5023 4501 4000; 2 시정 홍보 3023 3001 "
     "2900; "
     "2 기본경비 2000 1500 1100; 1 소통과 4100 3500 3456; 2 시민 소통 4100 3500 3456"},
    {"comparison",
     TABLE("", "천원", "", 1, "부서 및 사업명|2025년 예산|2024년 예산|증 감|증감율",
           "총계|9,123|9,001|122|1.4%", "홍보과|5,023|5,501|△478|△8.7%",
           "소통과|4,100|3,500|600|17.1%"),
     "2 2025 2025-01-01; 0 총계 9123 9001; 1 홍보과 5023 5501; 1 소통과 4100 3500"},
    {"comparison with the earlier year first",
     TABLE("", "천원", "", 1, "구분|2024 예산액|2025 예산액|증감액|%", "총계|9,001|9,123|122|1.4",
           "홍보과|5,501|5,023|△478|△8.7", "소통과|3,500|4,100|600|17.1"),
     "2 2025 2025-01-01; 0 총계 9123 9001; 1 홍보과 5023 5501; 1 소통과 4100 3500"},
    {"comparison with two rows of headings",
     TABLE("", "천원", "", 2, "구분|예산액|<|증감|<", "^|2025년|2024년|금액|%",
           "총계|9,123|9,001|122|1.4", "홍보과|5,023|5,501|△478|△8.7",
           "소통과|4,100|3,500|600|17.1"),
     "2 2025 2025-01-01; 0 총계 9123 9001; 1 홍보과 5023 5501; 1 소통과 4100 3500"},
    {"comparison without years",
     TABLE("", "천원", "", 1, "구분|금년도 예산|전년도 예산|증감|증감율",
           "홍보과|5,023|5,501|△478|△8.7%"),
     "2 2024 2024-01-01; 0 홍보과 5023 5501"},
    {"years alone, under a title that says budget",
     TABLE("2025년 예산(안)", "천원", "", 1, "구분|2025년|2024년|증감|증감율",
           "홍보과|5,023|5,501|△478|△8.7%"),
     "2 2025 2025-01-01; 0 홍보과 5023 5501"},
    {"the settled accounts of a year",
     TABLE("2023회계연도 결산", "천원", "", 1, "구분|예산현액|지출액|집행률",
           "홍보과|5,023|4,901|97.6%"),
     "1 2023 2023-12-31; 0 홍보과 5023 - 4901"},
    {"a unit in the headings",
     TABLE("", "", "2024-09-30", 1, "구분|예산액(천원)|집행액(천원)|집행률",
           "홍보과|5,023|4,901|97.6%"),
     "1 2024 2024-09-30; 0 홍보과 5023 - 4901"},
    {"dashes are nothing, other rows are left out",
     TABLE("", "천원", "2024-09-30", 1, "구분|예산현액|집행액|집행률", "홍보과|5,023|4,901|97.6%",
           "소통과|1,000|-|0.0%", "미디어과|약 5천|1|0.1%", "행사과|12억|4|0.1%", "||4|",
           "※ 주|||"),
     "1 2024 2024-09-30; 0 홍보과 5023 - 4901; 0 소통과 1000 - 0"},
    {"a table of people",
     TABLE("", "명", "", 1, "구분|2025년|2024년|증감|증감율", "홍보과|23|24|△1|△4.2%"), ""},
    {"no unit of money", TABLE("", "", "", 1, "구분|예산액|집행액|집행률", "홍보과|23|20|87.0%"),
     ""},
    {"three years",
     TABLE("", "천원", "", 1, "구분|2025년 예산|2024년 예산|2023년 예산|증감",
           "홍보과|5,023|5,501|5,000|△478"),
     ""},
    {"years apart",
     TABLE("", "천원", "", 1, "구분|2025년 예산|2020년 예산|증감", "홍보과|5,023|5,501|△478"), ""},
    {"money, but no execution", TABLE("", "천원", "", 1, "구분|예산액|비고", "홍보과|5,023|"), ""},
    {"headings only", TABLE("", "천원", "", 1, "구분|예산현액|집행액|집행률"), ""},
    {"no label column", TABLE("", "천원", "", 1, "예산현액|집행액|집행률", "5,023|4,901|97.6%"),
     ""},
    {"one cell", TABLE("", "천원", "", 1, "예산"), ""},
};

static void show(const struct budget_table *table, char shown[static SHAPE_BYTES_MAX])
{
    char day[DATE_STRING_BYTES];
    date_format(table->day, day);
    size_t used = (size_t)snprintf(shown, SHAPE_BYTES_MAX, "%d %d %s", (int)table->kind,
                                   table->fiscal_year, day);
    int amounts = table->kind == BUDGET_TABLE_COMPARISON ? 2 : 3;
    for (size_t i = 0; i < table->row_count && used < SHAPE_BYTES_MAX; i++) {
        const struct budget_row *row = &table->rows[i];
        used += (size_t)snprintf(shown + used, SHAPE_BYTES_MAX - used, "; %d %s", row->place.depth,
                                 row->label);
        for (int a = 0; a < amounts && used < SHAPE_BYTES_MAX; a++) {
            char number[32] = "-";
            if (table->has[a])
                (void)snprintf(number, sizeof number, "%lld", (long long)(row->won[a] / 1000));
            used += (size_t)snprintf(shown + used, SHAPE_BYTES_MAX - used, " %s", number);
        }
    }
}

static enum status read_table(struct arena *arena, const struct printed_table *printed,
                              struct budget_table *table)
{
    struct grid grid;
    struct date as_of;
    CU_ASSERT_EQUAL_FATAL(date_parse(text_from("2024-06-30"), &as_of), OK);
    slice_table *message = printed_table_message(arena, "r", printed);
    enum status status = grid_read(arena, message, &grid);
    return status == OK ? budget_table_read(arena, &grid, as_of, table) : status;
}

static void reads_tables(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct arena arena;
        struct budget_table table;
        char shown[SHAPE_BYTES_MAX] = "";
        arena_init(&arena, CALLS_ARENA_BYTES_MAX);
        enum status status = read_table(&arena, &cases[i].table, &table);
        CU_ASSERT_TRUE(status == OK || status == NOT_FOUND);
        if (status == OK) show(&table, shown);
        if (strcmp(shown, cases[i].read) != 0)
            (void)printf("%s:\n  %s, not\n  %s\n", cases[i].name, shown, cases[i].read);
        CU_ASSERT_STRING_EQUAL(shown, cases[i].read);
        arena_free(&arena);
    }
}

static void counts_rows_that_cannot_be_read(void)
{
    struct arena arena;
    struct budget_table table;
    arena_init(&arena, CALLS_ARENA_BYTES_MAX);
    struct printed_table printed =
        TABLE("", "천원", "2024-09-30", 1, "구분|예산현액|집행액", "홍보과|5,023|4,901",
              "소통과|5,02x|1", "행사과|1|많음", "소계|||");
    CU_ASSERT_EQUAL_FATAL(read_table(&arena, &printed, &table), OK);
    CU_ASSERT_EQUAL(table.row_count, 1);
    CU_ASSERT_EQUAL(table.unread_count, 2);
    CU_ASSERT_EQUAL(table.rows[0].table_row, 2);
    CU_ASSERT_EQUAL(table.rows[0].line, 41);
    CU_ASSERT_EQUAL(table.column[AMOUNT_SPENT], 3);
    arena_free(&arena);
}

static void finds_repeats(void)
{
    struct arena arena;
    struct budget_table tables[4];
    bool repeats[4];
    arena_init(&arena, CALLS_ARENA_BYTES_MAX);
    const struct printed_table printed[] = {
        /* A summary before the table it sums up, that table, another department's, one of 2023. */
        TABLE("", "백만원", "2024-09-30", 1, "부서|예산현액|집행액", "합계|9|7", "홍보과|5|4",
              "소통과|4|3"),
        TABLE("", "천원", "2024-09-30", 1, "부서|예산현액|집행액", "합계|9,123|7,456",
              "홍보과|5,023|4,000", "시정 홍보|5,023|4,000", "소통과|4,100|3,456"),
        TABLE("", "천원", "2024-09-30", 1, "부서|예산현액|집행액", "미디어재단|900|100",
              "소통과|4,100|3,456", "방송 운영|100|1"),
        TABLE("2023회계연도", "천원", "", 1, "부서|예산현액|집행액", "합계|9,123|7,456"),
    };
    for (size_t i = 0; i < ARRAY_LENGTH(printed); i++) {
        CU_ASSERT_EQUAL_FATAL(read_table(&arena, &printed[i], &tables[i]), OK);
        tables[i].line = (int32_t)i;
    }
    CU_ASSERT_EQUAL(budget_tables_compare(&arena, tables, 4, repeats), OK);
    CU_ASSERT_TRUE(repeats[0]);
    CU_ASSERT_FALSE(repeats[1]);
    CU_ASSERT_FALSE(repeats[2]);
    CU_ASSERT_FALSE(repeats[3]);
    arena_free(&arena);
}

static void refuses_tables_that_are_no_rectangle(void)
{
    struct arena arena;
    struct grid grid;
    arena_init(&arena, CALLS_ARENA_BYTES_MAX);
    static const int32_t columns[] = {0, -1, GRID_COLUMNS_MAX + 1, INT32_MAX};
    struct printed_table printed = TABLE("", "천원", "", 1, "구분|예산현액|집행액", "홍보과|1|1");
    for (size_t i = 0; i < ARRAY_LENGTH(columns); i++) {
        slice_table *table = printed_table_message(&arena, "r", &printed);
        table->rows[1]->cells[2]->column = columns[i];
        CU_ASSERT_EQUAL(grid_read(&arena, table, &grid), INVALID_ARGUMENT);
    }
    slice_table *table = printed_table_message(&arena, "r", &printed);
    table->rows[1]->cells[0]->row_span = INT32_MAX;
    table->rows[1]->cells[0]->column_span = INT32_MAX;
    table->rows[1]->cells[1]->row_span = INT32_MIN;
    CU_ASSERT_EQUAL(grid_read(&arena, table, &grid), OK);
    arena_free(&arena);
}

SUITE("budget table", {"reads headings", reads_headings}, {"reads unit notes", reads_unit_notes},
      {"reads tables", reads_tables},
      {"counts rows that cannot be read", counts_rows_that_cannot_be_read},
      {"finds repeats", finds_repeats},
      {"refuses tables that are no rectangle", refuses_tables_that_are_no_rectangle})
