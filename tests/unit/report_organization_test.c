#include "report_records.h"

#include <stdio.h>
#include <string.h>

#include "support/report_tables.h"
#include "support/suite.h"

enum { ARENA_BYTES = 1024 * 1024, LINE_BYTES = 256 };

static void described(const report_organization_unit *unit, char line[static LINE_BYTES])
{
    (void)snprintf(line, LINE_BYTES, "%d %s < %s @%d", unit->depth, unit->label, unit->parent,
                   unit->citation->line);
}

static const struct organization_case {
    const char *name, *text;
    const char *expected[8];
} cases[] = {
    {"departments and their teams",
     "업무보고\n\n주요기능\n\n홍보담당관\n\n홍보기획팀\n\n· 홍보 "
     "기획\n\n매체1팀\n\n민원과\n\n민원팀\n",
     {"0 소통관 <  @0", "1 홍보담당관 < 소통관 @5", "2 홍보기획팀 < 홍보담당관 @7",
      "2 매체1팀 < 홍보담당관 @11", "1 민원과 < 소통관 @13", "2 민원팀 < 민원과 @15"}},
    {"the same department twice",
     "조 직\n홍보과\n홍보팀\n홍보과\n매체팀\n",
     {"0 소통관 <  @0", "1 홍보과 < 소통관 @2", "2 홍보팀 < 홍보과 @3", "2 매체팀 < 홍보과 @5"}},
    {"no heading announces units", "홍보과\n홍보팀\n", {NULL}},
    {"names in sentences", "주요기능\n홍보과 업무를 수행하는 팀\n| 홍보과 | 홍보팀 |\n", {NULL}},
    {"the list ends",
     "기구\n홍보과\n가\n나\n다\n라\n마\n바\n사\n아\n자\n차\n카\n타\n파\n민원과\n",
     {"0 소통관 <  @0", "1 홍보과 < 소통관 @2"}},
    {"nothing", "", {NULL}},
};

static void reads_units(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const slice_slice_source source = printed_source();
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct message_list list = {NULL, 0, 0};
        CU_ASSERT_EQUAL(organization_read(&arena, &source, text_from(cases[i].text), &list), OK);
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

static void falls_back_on_headcounts(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const slice_slice_source source = printed_source();
    struct message_list headcounts = {NULL, 0, 0}, units = {NULL, 0, 0};
    const slice_table *table = printed_table(
        &arena, "인력", 10, 1, "구분|정원|현원\n계|2|2\n홍보과|1|1\n민원담당관|1|1\n");
    CU_ASSERT_EQUAL(headcount_read(&arena, &source, table, &headcounts), OK);
    CU_ASSERT_EQUAL(organization_from_headcounts(&arena, &headcounts, &units), OK);
    CU_ASSERT_EQUAL_FATAL(units.count, 3);
    char line[LINE_BYTES];
    described((const void *)units.items[2], line);
    CU_ASSERT_STRING_EQUAL(line, "1 민원담당관 < 소통관 @13");
    arena_free(&arena);
}

static void joins_the_summary(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct organization_summary summary = {NULL, 0};
    const slice_figure *figures[] = {
        printed_figure(&arena, "일반현황/시간", 3, "3시간", "시간"),
        printed_figure(&arena, "일반현황/조 직", 5, "1관", "관"),
        printed_figure(&arena, "일반현황/조 직", 5, "19팀", "팀"),
        printed_figure(&arena, "일반현황/조직", 9, "2과", "과"),
    };
    for (size_t i = 0; i < ARRAY_LENGTH(figures); i++) {
        CU_ASSERT_EQUAL(organization_summarize(&arena, figures[i], &summary), OK);
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(summary.summary);
    CU_ASSERT_STRING_EQUAL(summary.summary, "1관 19팀");
    arena_free(&arena);
}

SUITE("report_organization", {"reads units", reads_units},
      {"falls back on headcounts", falls_back_on_headcounts},
      {"joins the summary", joins_the_summary})
