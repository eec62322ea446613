#include "report_records.h"

#include <stdio.h>
#include <string.h>

#include "support/report_tables.h"
#include "support/suite.h"

enum { ARENA_BYTES = 1024 * 1024, LINE_BYTES = 512, ALLOCATIONS_MAX = 200 };

/* `번호 종류 [요구] 상태 부서,부서 @행` */
static void described(const report_audit_finding *finding, char line[static LINE_BYTES])
{
    char departments[LINE_BYTES / 2] = "";
    for (size_t i = 0; i < finding->n_departments; i++) {
        strncat(departments, i > 0 ? "," : "", sizeof departments - strlen(departments) - 1);
        strncat(departments, finding->departments[i], sizeof departments - strlen(departments) - 1);
    }
    (void)snprintf(line, LINE_BYTES, "%s %s [%s] %s %.200s @%d", finding->name, finding->kind,
                   finding->demand, audit_state_word(finding->state), departments,
                   finding->citation->table_row);
}

static const struct audit_case {
    const char *name, *title, *rows;
    const char *expected[6];
} cases[] = {
    {"demands in sentences",
     "시정 · 처리 요구사항",
     "시정 및 처리 요구사항 | 조치결과 및 향후추진계획\n"
     "○ 가나다 (홍보담당관) | 추진상황 : 완료 추진내용\n"
     "○ 라마바 (홍보담당관, 민원과) | 추진상황 : 검토 중\n",
     {"auditFindings/test-1 시정·처리 요구사항 [가나다] 완료 홍보담당관 @2",
      "auditFindings/test-2 시정·처리 요구사항 [라마바] 검토 중 홍보담당관,민원과 @3"}},
    {"rows of a table within an answer",
     "건 의 사 항",
     "건의사항 | 조치결과\n○ 가 (홍보과) | 추진상황: 추진 중\n구 분 | 매 체\n | 방송\n",
     {"auditFindings/test-1 건의사항 [가] 추진 중 홍보과 @2"}},
    {"facts without prose",
     "건의사항",
     "건의사항 | 조치결과\n(홍보과) | 추진상황 : 완료\n | 추진상황 : 미반영\n",
     {"auditFindings/test-1 건의사항 [] 완료 홍보과 @2",
      "auditFindings/test-2 건의사항 [] 미반영  @3"}},
    {"columns of states and departments",
     "",
     "연번 | 지적사항 | 처리결과 | 소관부서 | 추진상황\n1 | 가 | 나 | 홍보과 | 추진완료\n"
     "2 | 다 | 라 | 민원과, 홍보과 | 추진중\n",
     {"auditFindings/test-1 지적사항 [가] 완료 홍보과 @2",
      "auditFindings/test-2 지적사항 [다] 추진 중 민원과,홍보과 @3"}},
    {"a column of kinds; a bracket that names no department",
     "처리내역",
     "연번 | 구분 | 지적사항 | 처리결과 | 처리상태 | 담당부서\n"
     "1 | 시정 | 가(2017년 3개소) | 나 | 완료 | 체육과\n2 | 건의 | 다 | 라 | 추진중 | 관광과\n",
     {"auditFindings/test-1 시정 [가(2017년 3개소)] 완료 체육과 @2",
      "auditFindings/test-2 건의 [다] 추진 중 관광과 @3"}},
    {"no states at all",
     "지적사항",
     "지적사항 | 처리결과\n가 | 나\n | 다\n",
     {"auditFindings/test-1 지적사항 [가]   @2"}},
    {"the printed totals", "조치내역", "구 분 | 계 | 완 료 | 추진 중\n계 | 25 | 22 | 2\n", {NULL}},
    {"another table", "예산", "부서 | 예산\n홍보과 | 10\n", {NULL}},
};

static void reads_findings(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const slice_slice_source source = printed_source();
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct message_list list = {NULL, 0, 0};
        const slice_table *table = printed_table(&arena, cases[i].title, 10, 1, cases[i].rows);
        CU_ASSERT_EQUAL(audit_read(&arena, &source, table, &list), OK);
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

static void reads_states(void)
{
    static const struct {
        const char *answer, *word;
    } rows[] = {
        {"추진상황 : 완료", "완료"},
        {"처리상황:추진중", "추진 중"},
        {"추진상황 ： 완료", ""},
        {"추진상황 : 검 토 중", "검토 중"},
        {"조치상황 : 미반영", "미반영"},
        {"완료", ""},
        {"추진상황 추진상황 : 완료", "완료"},
        {"", ""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        CU_ASSERT_STRING_EQUAL(audit_state_word(audit_state_of(text_from(rows[i].answer))),
                               rows[i].word);
    }
}

static void finds_departments(void)
{
    static const struct {
        const char *demand;
        ptrdiff_t at;
    } rows[] = {
        {"가 (홍보과)", 4}, {"(홍보과)", 0}, {"가 (홍보과) 나", -1}, {"가(2020년)", -1},
        {")", -1},          {"", -1},        {"가 (나 (홍보과)", 9}, {"가 (홍보과, 민원담당관)", 4},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        CU_ASSERT_EQUAL(audit_departments_at(text_from(rows[i].demand)), rows[i].at);
    }
}

static void derives_totals(void)
{
    static const struct {
        const char *kind;
        report_audit_state state;
        int count;
    } expected[] = {
        {"", REPORT_AUDIT_STATE_UNSPECIFIED, 3},
        {"", REPORT_AUDIT_STATE_DONE, 2},
        {"", REPORT_AUDIT_STATE_UNDER_WAY, 1},
        {"건의사항", REPORT_AUDIT_STATE_UNSPECIFIED, 2},
        {"기타", REPORT_AUDIT_STATE_UNSPECIFIED, 1},
        {"건의사항", REPORT_AUDIT_STATE_DONE, 1},
        {"건의사항", REPORT_AUDIT_STATE_UNDER_WAY, 1},
        {"기타", REPORT_AUDIT_STATE_DONE, 1},
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const slice_slice_source source = printed_source();
    struct message_list findings = {NULL, 0, 0}, totals = {NULL, 0, 0};
    const slice_table *first =
        printed_table(&arena, "건의사항", 10, 1,
                      "건의사항|조치결과\n가|추진상황 : 완료\n나|추진상황 : 추진 중\n");
    const slice_table *second =
        printed_table(&arena, "기타", 20, 1, "자료제출|조치결과\n다|추진상황 : 완료\n");
    CU_ASSERT_EQUAL(audit_read(&arena, &source, first, &findings), OK);
    CU_ASSERT_EQUAL(audit_read(&arena, &source, second, &findings), OK);
    CU_ASSERT_EQUAL(audit_totals(&arena, &findings, &totals), OK);
    CU_ASSERT_EQUAL(totals.count, ARRAY_LENGTH(expected));
    for (size_t i = 0; i < totals.count && i < ARRAY_LENGTH(expected); i++) {
        const report_audit_total *total = (const void *)totals.items[i];
        CU_ASSERT_STRING_EQUAL(total->kind, expected[i].kind);
        CU_ASSERT_EQUAL(total->state, expected[i].state);
        CU_ASSERT_EQUAL(total->count, expected[i].count);
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
        const slice_table *table = printed_table(&arena, "요구", 10, 1, cases[0].rows);
        (void)alloc_fail_at(nth);
        enum status status = audit_read(&arena, &source, table, &list);
        (void)alloc_fail_at(0);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        arena_free(&arena);
    }
}

SUITE("report_audit", {"reads findings", reads_findings}, {"reads states", reads_states},
      {"finds departments", finds_departments}, {"derives totals", derives_totals},
      {"survives lack of memory", survives_lack_of_memory})
