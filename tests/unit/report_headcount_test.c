#include "report_records.h"

#include <stdio.h>
#include <string.h>

#include "support/report_tables.h"
#include "support/suite.h"

enum { ARENA_BYTES = 1024 * 1024, LINE_BYTES = 256, ALLOCATIONS_MAX = 200 };

/* `부서 직/급 정원/현원/여 @행,열`; a dash where a number is not printed. */
static void described(const report_headcount *headcount, char line[static LINE_BYTES])
{
    char grade[LINE_BYTES] = "", numbers[3][16];
    const type_quantity *quantities[] = {headcount->posts, headcount->people, headcount->women};
    for (size_t i = 0; i < headcount->n_grade; i++) {
        strncat(grade, i > 0 ? ">" : "", sizeof grade - strlen(grade) - 1);
        strncat(grade, headcount->grade[i], sizeof grade - strlen(grade) - 1);
    }
    for (size_t i = 0; i < 3; i++) {
        if (quantities[i] == NULL)
            (void)snprintf(numbers[i], sizeof numbers[i], "-");
        else
            (void)snprintf(numbers[i], sizeof numbers[i], "%d", (int)quantities[i]->units);
    }
    (void)snprintf(line, LINE_BYTES, "%s %.100s %s/%s/%s @%d,%d", headcount->department, grade,
                   numbers[0], numbers[1], numbers[2], headcount->citation->table_row,
                   headcount->citation->table_column);
}

static const struct headcount_case {
    const char *name, *title, *rows;
    int headings;
    const char *expected[12];
} cases[] = {
    {"posts and people below grades",
     "인력",
     "구 분 | 총 계 | | 행정 · 기술직 | \n"
     " | 정원 | 현원 | 정원 | 현원\n"
     "계 | 20 | 19(12) | 15 | 14\n"
     "홍보 담당관 | 20 | 19(12) | 15 | -\n",
     2,
     {"계 총계 20/19/12 @3,2", "계 행정·기술직 15/14/- @3,4", "홍보 담당관 총계 20/19/12 @4,2",
      "홍보 담당관 행정·기술직 15/-/- @4,4"}},
    {"grades over one row of people",
     "인력 현황",
     "구 분|총계|일 반 직| |기능직\n"
     " | |소계|5급| \n"
     "인 원|9|7|2|2\n"
     "소통과|9|7| |2\n",
     2,
     {"인원 총계 -/9/- @3,2", "인원 일반직>소계 -/7/- @3,3", "인원 일반직>5급 -/2/- @3,4",
      "인원 기능직 -/2/- @3,5", "소통과 총계 -/9/- @4,2", "소통과 일반직>소계 -/7/- @4,3",
      "소통과 기능직 -/2/- @4,5"}},
    {"posts and people as rows",
     "정원 및 현원",
     "구분|계|4급|5급\n정원|10|1|9\n현원|9|1|8\n결원|1|0|1\n",
     1,
     {"정원 계 10/-/- @2,2", "정원 4급 1/-/- @2,3", "정원 5급 9/-/- @2,4", "현원 계 -/9/- @3,2",
      "현원 4급 -/1/- @3,3", "현원 5급 -/8/- @3,4"}},
    {"rows of departments and measures",
     "인력",
     "부서|구분|계|4급\n홍보과|정원|10|1\n |현원|9|1\n",
     1,
     {"홍보과 계 10/9/- @2,3", "홍보과 4급 1/1/- @2,4"}},
    {"a column of vacancies",
     "인력",
     "부서|정원|현원|결원\n홍보과|10|9|1\n",
     1,
     {"홍보과  10/9/- @2,2"}},
    {"no people", "예산", "구분|예산|집행\n홍보과|10|9\n", 1, {NULL}},
    {"people at an event", "행사", "구분|참석 인원\n개막식|300\n", 1, {NULL}},
    {"an empty table", "인력", "구분|정원|현원\n", 1, {NULL}},
};

static void reads_headcounts(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const slice_slice_source source = printed_source();
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct message_list list = {NULL, 0, 0};
        const slice_table *table =
            printed_table(&arena, cases[i].title, 10, cases[i].headings, cases[i].rows);
        CU_ASSERT_EQUAL(headcount_read(&arena, &source, table, &list), OK);
        size_t expected = 0;
        for (; cases[i].expected[expected] != NULL; expected++) {
            char line[LINE_BYTES] = "nothing";
            if (expected < list.count) described((const void *)list.items[expected], line);
            CU_ASSERT_STRING_EQUAL(line, cases[i].expected[expected]);
            if (strcmp(line, cases[i].expected[expected]) != 0) {
                (void)printf("%s: %s, not %s\n", cases[i].name, line, cases[i].expected[expected]);
            }
        }
        CU_ASSERT_EQUAL(list.count, expected);
    }
    arena_free(&arena);
}

static void survives_lack_of_memory(void)
{
    const slice_slice_source source = printed_source();
    for (long nth = 1; nth <= ALLOCATIONS_MAX; nth++) {
        struct arena arena;
        arena_init(&arena, ARENA_BYTES);
        struct message_list list = {NULL, 0, 0};
        const slice_table *table = printed_table(&arena, "인력", 10, 2, cases[0].rows);
        (void)alloc_fail_at(nth);
        enum status status = headcount_read(&arena, &source, table, &list);
        (void)alloc_fail_at(0);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        arena_free(&arena);
    }
}

SUITE("report_headcount", {"reads headcounts", reads_headcounts},
      {"survives lack of memory", survives_lack_of_memory})
