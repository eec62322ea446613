#include "slice/slice_page.h"

#include <stdio.h>
#include <string.h>

#include "support/slices.h"
#include "support/suite.h"

/* Three reports, put in another order than they are listed in; each has figures and tables with its
 * own label, "접수" or "120 다산콜 100%_". */
static void reports_open(struct slices *at)
{
    static const struct slices_part parts[] = {
        {"b-2020", 'b', .as_of = "2020-03-31", .last = true, .figures = 25, .tables = 4},
        {"a-2020", 'a', .as_of = "2020-03-31", .last = true, .figures = 3, .tables = 1,
         .row = "120 다산콜 100%_"},
        {"c-2012", 'c', .as_of = "2012-01-31", .last = true, .figures = 10, .tables = 2},
        {"d-2021", 'd', .as_of = "2021-01-31", .last = false, .figures = 9}, /* Staged: unseen. */
    };
    slices_open(at);
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
        CU_ASSERT_EQUAL(slices_put_part(at, parts[i]), OK);
}

/* Pages to the end. Writes the reports and lines in the order met, as `c1 c2 … a1`. */
static size_t walk(struct slices *at, struct slice_query query, char *order, size_t order_bytes)
{
    enum { PAGES_MAX = 100 };
    size_t total = 0;
    size_t length = 0;
    order[0] = '\0';
    for (int i = 0; i < PAGES_MAX; i++) {
        struct slice_page page;
        CU_ASSERT_EQUAL_FATAL(slice_page_read(at->db, &at->arena, &query, &page), OK);
        CU_ASSERT(page.count <= query.size);
        for (size_t j = 0; j < page.count; j++) {
            const type_citation *citation = query.kind == SLICE_FIGURES
                                                ? ((const slice_figure *)page.messages[j])->citation
                                                : ((const slice_table *)page.messages[j])->citation;
            length += (size_t)snprintf(order + length, order_bytes - length, "%c%d ",
                                       citation->report_id[0], (int)citation->line);
        }
        total += page.count;
        CU_ASSERT(strlen(page.next_token) <= SLICE_TOKEN_BYTES_MAX);
        if (page.next_token[0] == '\0') return total;
        CU_ASSERT_EQUAL(page.count, query.size);
        query.token = page.next_token;
    }
    CU_FAIL("the pages do not end");
    return total;
}

static void pages_in_the_order_of_the_text(void)
{
    static const struct {
        enum slice_kind kind;
        const char *report_id;
        const char *search;
        size_t expected;
        const char *begin;
    } cases[] = {
        {SLICE_FIGURES, "", "", 38, "c1 c2 c3 c4 c5 c6 c7 c8 c9 c10 a1 a2 a3 b1 b2 "},
        {SLICE_FIGURES, "a-2020", "", 3, "a1 a2 a3 "},
        {SLICE_FIGURES, "nothing", "", 0, ""},
        {SLICE_FIGURES, "", "접수", 35, "c1 c2 c3 c4 c5 c6 c7 c8 c9 c10 b1 "},
        {SLICE_FIGURES, "", "접 수", 35, "c1 c2 "},
        {SLICE_FIGURES, "", "다산콜100%_", 3, "a1 a2 a3 "},
        {SLICE_FIGURES, "", "다산콜100__", 0, ""}, /* Not a wildcard. */
        {SLICE_FIGURES, "", "소접수", 0, ""},      /* Not across two labels. */
        {SLICE_FIGURES, "", "7건", 3, "c7 b7 b17 "},
        {SLICE_FIGURES, "", "주요업무", 38, "c1 "},
        {SLICE_FIGURES, "b-2020", "ⅲ.", 25, "b1 "}, /* Folded: the section says Ⅲ. */
        {SLICE_TABLES, "", "", 7, "c1 c2 a1 b1 b2 b3 b4 "},
        {SLICE_TABLES, "", "다산콜", 1, "a1 "},
        {SLICE_TABLES, "", "접수현황", 7, "c1 c2 a1 "},
        {SLICE_TABLES, "d-2021", "", 0, ""},
    };
    struct slices at;
    reports_open(&at);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        for (size_t size = 1; size <= 40; size += 3) {
            char order[512];
            struct slice_query query = {
                cases[i].kind, cases[i].report_id, cases[i].search, "", size, SIZE_MAX};
            CU_ASSERT_EQUAL(walk(&at, query, order, sizeof order), cases[i].expected);
            CU_ASSERT_EQUAL(strncmp(order, cases[i].begin, strlen(cases[i].begin)), 0);
        }
    }
    slices_close(&at);
}

static void ends_a_page_at_its_bytes(void)
{
    struct slices at;
    reports_open(&at);
    struct slice_query query = {SLICE_TABLES, "", "", "", 20, 1};
    struct slice_page page;
    CU_ASSERT_EQUAL(slice_page_read(at.db, &at.arena, &query, &page), OK);
    CU_ASSERT_EQUAL(page.count, 1);
    CU_ASSERT(page.next_token[0] != '\0');
    slices_close(&at);
}

static void refuses_foreign_tokens(void)
{
    struct slices at;
    reports_open(&at);
    struct slice_query query = {SLICE_FIGURES, "", "", "", 5, SIZE_MAX};
    struct slice_page page;
    CU_ASSERT_EQUAL_FATAL(slice_page_read(at.db, &at.arena, &query, &page), OK);
    char *token = page.next_token;
    query.token = token;
    CU_ASSERT_EQUAL(slice_page_read(at.db, &at.arena, &query, &page), OK);
    struct slice_query others[] = {query, query, query};
    others[0].kind = SLICE_TABLES;
    others[1].search = "접수";
    others[2].report_id = "b-2020";
    for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
        CU_ASSERT_EQUAL(slice_page_read(at.db, &at.arena, &others[i], &page), INVALID_ARGUMENT);
    for (size_t i = 0; token[i] != '\0'; i++) {
        char kept = token[i];
        token[i] = kept == '1' ? '2' : '1';
        CU_ASSERT_EQUAL(slice_page_read(at.db, &at.arena, &query, &page), INVALID_ARGUMENT);
        token[i] = kept;
    }
    static const char *const wrong[] = {"x", ".00000000", "1.1.1.1.", "........................"};
    for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
        query.token = wrong[i];
        CU_ASSERT_EQUAL(slice_page_read(at.db, &at.arena, &query, &page), INVALID_ARGUMENT);
    }
    slices_close(&at);
}

static void goes_on_after_a_replacement(void)
{
    struct slices at;
    reports_open(&at);
    struct slice_query query = {SLICE_FIGURES, "b-2020", "", "", 10, SIZE_MAX};
    struct slice_page page;
    CU_ASSERT_EQUAL_FATAL(slice_page_read(at.db, &at.arena, &query, &page), OK);
    struct slices_part again = {"b-2020", 'b', .as_of = "2020-03-31", .last = true, .figures = 30};
    CU_ASSERT_EQUAL(slices_put_part(&at, again), OK);
    query.token = page.next_token;
    CU_ASSERT_EQUAL_FATAL(slice_page_read(at.db, &at.arena, &query, &page), OK);
    CU_ASSERT_EQUAL(((const slice_figure *)page.messages[0])->citation->line, 11);
    slices_close(&at);
}

static void survives_failed_allocations(void)
{
    struct slices at;
    reports_open(&at);
    struct slice_query query = {SLICE_FIGURES, "", "접수", "", 20, SIZE_MAX};
    struct slice_page page;
    enum status status = RESOURCE_EXHAUSTED;
    long nth = 0;
    while (status != OK && nth < 10000) {
        (void)alloc_fail_at(++nth);
        status = slice_page_read(at.db, &at.arena, &query, &page);
        (void)alloc_fail_at(0);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
    }
    CU_ASSERT_EQUAL(page.count, 20);
    CU_ASSERT(nth > 20);
    slices_close(&at);
}

static void finds_indicators_in_the_latest_report(void)
{
    static const struct slice_indicator_rule rules[] = {
        {"calls", "상담", "다산콜/응답소", "건"},       {"nothing", "없음", "없는 말", ""},
        {"other-unit", "단위", "접수", "명"},           {"not-last", "응답소", "응답소$", ""},
        {"received", "민원 접수", "응답소/접 수$", ""},
    };
    static const struct {
        const char *as_of;
        const char *codes; /* Each with the report that it was found in. */
    } cases[] = {
        {"", "calls:a-2020 received:b-2020 "},
        {"2020-03-31", "calls:a-2020 received:b-2020 "},
        {"2020-03-30", "received:c-2012 "},
        {"2012-01-30", ""},
    };
    struct slices at;
    reports_open(&at);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        slice_indicator **found = NULL;
        size_t count = 0;
        CU_ASSERT_EQUAL(slice_find_indicators(at.db, &at.arena, cases[i].as_of, rules,
                                              ARRAY_LENGTH(rules), &found, &count),
                        OK);
        char codes[128] = "";
        for (size_t j = 0; j < count; j++) {
            size_t length = strlen(codes);
            (void)snprintf(codes + length, sizeof codes - length, "%s:%s ", found[j]->code,
                           found[j]->figure->citation->report_id);
        }
        CU_ASSERT_STRING_EQUAL(codes, cases[i].codes);
    }
    static const struct slice_indicator_rule wordy[] = {{"w", "w", "1/2/3/4/5", ""}};
    slice_indicator **found = NULL;
    size_t count = 0;
    CU_ASSERT_EQUAL(slice_find_indicators(at.db, &at.arena, "", wordy, 1, &found, &count),
                    INTERNAL);
    slices_close(&at);
}

static void counts_allocations(void)
{
    CU_ASSERT_FATAL(store_count_allocations());
}

SUITE("slice_page", {"counts allocations", counts_allocations},
      {"pages in the order of the text", pages_in_the_order_of_the_text},
      {"ends a page at its bytes", ends_a_page_at_its_bytes},
      {"refuses foreign tokens", refuses_foreign_tokens},
      {"goes on after a replacement", goes_on_after_a_replacement},
      {"survives failed allocations", survives_failed_allocations},
      {"finds indicators in the latest report", finds_indicators_in_the_latest_report})
