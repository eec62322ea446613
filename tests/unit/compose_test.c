#include "compose.h"

#include <stdio.h>
#include <string.h>

#include "compose_layout.h"
#include "compose_render.h"
#include "report_records.h"
#include "support/budget_tables.h"
#include "support/report_tables.h"
#include "support/suite.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, RENDERED_BYTES = 1024 * 1024, ALLOCATIONS_MAX = 400 };

static type_quantity *percent(struct arena *arena, int64_t tenths)
{
    type_quantity *quantity = arena_alloc(arena, sizeof *quantity);
    if (quantity == NULL) return NULL;
    *quantity = (type_quantity)TYPE_QUANTITY_INIT;
    quantity->units = tenths;
    quantity->exponent = -1;
    return quantity;
}

static budget_execution_row *execution_row(struct arena *arena, size_t i)
{
    const struct printed_budget_row *printed = &seoul_2020_rows[i];
    budget_execution_row *row = arena_alloc(arena, sizeof *row);
    if (row == NULL) return NULL;
    *row = (budget_execution_row)BUDGET_EXECUTION_ROW_INIT;
    row->label = arena_copy(arena, printed->label, strlen(printed->label));
    row->current_won = printed_units(printed->cells[0]) * 1000;
    row->committed_won = printed_units(printed->cells[1]) * 1000;
    row->spent_won = printed_units(printed->cells[2]) * 1000;
    row->execution_rate = percent(arena, printed_units(printed->cells[3]));
    row->commitment_known = row->expenditure_known = true;
    return row;
}

static budget_comparison_row *comparison_row(struct arena *arena, size_t i)
{
    const struct printed_budget_row *printed = &seoul_2012_rows[i];
    budget_comparison_row *row = arena_alloc(arena, sizeof *row);
    if (row == NULL) return NULL;
    *row = (budget_comparison_row)BUDGET_COMPARISON_ROW_INIT;
    row->label = arena_copy(arena, printed->label, strlen(printed->label));
    row->budget_won = printed_units(printed->cells[0]) * 1000;
    row->previous_won = printed_units(printed->cells[1]) * 1000;
    row->change_won = printed_units(printed->cells[2]) * 1000;
    row->change_rate = percent(arena, printed_units(printed->cells[3]));
    return row;
}

/* The first table of the document with this title. */
static const report_composed_table *table_titled(const report_document *document, const char *title)
{
    for (size_t s = 0; s < document->n_sections; s++) {
        const report_section *section = document->sections[s];
        for (size_t t = 0; t < section->n_tables; t++) {
            if (strcmp(section->tables[t]->title, title) == 0) return section->tables[t];
        }
    }
    return NULL;
}

static void check_cells(const report_composed_table *table, const struct printed_budget_row *rows,
                        size_t count)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    CU_ASSERT_EQUAL_FATAL(table->n_rows, count + 1);
    for (size_t r = 0; r < count; r++) {
        CU_ASSERT_STRING_EQUAL(row_cell(table->rows[r + 1], 1), rows[r].label);
        for (int c = 0; c < 4; c++) {
            const char *cell = row_cell(table->rows[r + 1], c + 2);
            CU_ASSERT_STRING_EQUAL(cell, rows[r].cells[c]);
            if (strcmp(cell, rows[r].cells[c]) != 0) {
                (void)printf("%s: %s, not %s\n", rows[r].label, cell, rows[r].cells[c]);
            }
        }
    }
}

static void prints_the_execution_cell_for_cell(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    budget_execution_row *rows[SEOUL_2020_ROWS];
    for (size_t i = 0; i < SEOUL_2020_ROWS; i++)
        rows[i] = execution_row(&arena, i);
    const struct compose_input input = {.as_of = "2020-03-31",
                                        .publisher = "",
                                        .execution = rows,
                                        .execution_count = SEOUL_2020_ROWS};
    report_document *document = NULL;
    CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
    const report_composed_table *table = table_titled(document, "예산 집행 현황");
    check_cells(table, seoul_2020_rows, SEOUL_2020_ROWS);
    CU_ASSERT_STRING_EQUAL(row_cell(table->rows[0], 3), "원인행위액");
    arena_free(&arena);
}

static void keeps_the_funds_of_bureaus_apart(void)
{
    char sea[] = "바다국", sky[] = "하늘국";
    budget_fund_account accounts[3], *funds[ARRAY_LENGTH(accounts)];
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_LENGTH(accounts); i++) {
        accounts[i] = (budget_fund_account)BUDGET_FUND_ACCOUNT_INIT;
        accounts[i].publisher = i < 2 ? sea : sky;
        funds[i] = &accounts[i];
    }
    struct compose_input input = {.as_of = "2020-03-31", .publisher = "", .funds = funds};
    static const struct {
        size_t accounts;
        const char *title;
        size_t rows;
    } rows[] = {{2, "기금 집행 현황", 3},
                {3, "기금 집행 현황 (바다국)", 3},
                {3, "기금 집행 현황 (하늘국)", 2}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        report_document *document = NULL;
        input.fund_count = rows[i].accounts;
        CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
        const report_composed_table *table = table_titled(document, rows[i].title);
        CU_ASSERT_PTR_NOT_NULL_FATAL(table);
        CU_ASSERT_EQUAL(table->n_rows, rows[i].rows);
    }
    arena_free(&arena);
}

static void invents_no_amounts(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    budget_execution_row *row = execution_row(&arena, 0);
    row->commitment_known = false;
    row->committed_won = 0;
    const struct compose_input input = {
        .as_of = "2020-03-31", .publisher = "", .execution = &row, .execution_count = 1};
    report_document *document = NULL;
    CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
    const report_composed_table *table = table_titled(document, "예산 집행 현황");
    CU_ASSERT_PTR_NOT_NULL_FATAL(table);
    CU_ASSERT_STRING_EQUAL(row_cell(table->rows[1], 3), "-");
    CU_ASSERT_STRING_EQUAL(row_cell(table->rows[1], 4), seoul_2020_rows[0].cells[2]);
    row->expenditure_known = false;
    CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
    CU_ASSERT_PTR_NULL(table_titled(document, "예산 집행 현황"));
    arena_free(&arena);
}

static void prints_the_comparison_cell_for_cell(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    budget_comparison_row *rows[SEOUL_2012_ROWS];
    for (size_t i = 0; i < SEOUL_2012_ROWS; i++)
        rows[i] = comparison_row(&arena, i);
    const struct compose_input input = {.as_of = "2012-02-29",
                                        .publisher = "",
                                        .comparison = rows,
                                        .comparison_count = SEOUL_2012_ROWS};
    report_document *document = NULL;
    CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
    const report_composed_table *table = table_titled(document, "예산 증감 현황");
    check_cells(table, seoul_2012_rows, SEOUL_2012_ROWS);
    CU_ASSERT_STRING_EQUAL(row_cell(table->rows[0], 2), "2012년 예산");
    CU_ASSERT_STRING_EQUAL(row_cell(table->rows[0], 3), "2011년 예산");
    arena_free(&arena);
}

static void list_add(struct arena *arena, struct message_list *list, void *message)
{
    CU_ASSERT_EQUAL_FATAL(message_list_add(arena, list, message), OK);
}

/* A report with a little of everything. */
static struct compose_report small(struct arena *arena)
{
    const slice_slice_source source = printed_source();
    struct compose_report report = {.report_id = "test",
                                    .title = "업무보고",
                                    .publisher = "소통관",
                                    .as_of = "2020-04-21",
                                    .summary = "1관 2과"};
    slice_table *staff = printed_table(arena, "인력", 10, 1, "구분|정원|현원\n홍보과|3|2\n");
    slice_table *audit =
        printed_table(arena, "건의사항", 40, 1, "건의사항|조치결과\n가 (홍보과)|추진상황 : 완료\n");
    slice_table *media = printed_table(arena, "매체", 30, 1, "매체|수\n<신문>|1|2\n");
    slice_figure *readers = printed_figure(arena, "추진현황/신문/독자", 31, "5명", "명");
    slice_figure *issue = printed_figure(arena, "현안사항/상담", 35, "7건", "건");
    slice_figure *mail = printed_figure(arena, "추진현황/신문/민원", 32, "9건", "건");
    mail->owner = arena_copy(arena, "petition", strlen("petition"));
    media->citation->section_path = readers->subject;
    media->citation->n_section_path = 2;
    list_add(arena, &report.tables, staff);
    list_add(arena, &report.tables, media);
    static char chapter[] = "행정사무감사", *path[] = {chapter};
    audit->citation->section_path = path;
    audit->citation->n_section_path = 1;
    list_add(arena, &report.tables, audit);
    list_add(arena, &report.figures, readers);
    list_add(arena, &report.figures, mail);
    list_add(arena, &report.figures, issue);
    CU_ASSERT_EQUAL(headcount_read(arena, &source, staff, &report.headcounts), OK);
    CU_ASSERT_EQUAL(audit_read(arena, &source, audit, &report.findings), OK);
    CU_ASSERT_EQUAL(organization_from_headcounts(arena, &report.headcounts, &report.units), OK);
    return report;
}

static void orders_the_sections(void)
{
    static const struct {
        int depth;
        const char *heading, *owner;
        size_t tables, figures;
    } expected[] = {
        {1, "일반현황", "", 0, 0},       {2, "조직 (1관 2과)", "report", 1, 0},
        {2, "인력", "report", 1, 0},     {1, "추진현황", "", 0, 0},
        {2, "신문", "report", 1, 1},     {2, "신문", "petition", 0, 1},
        {1, "현안사항", "report", 0, 1}, {1, "행정사무감사 처리결과", "", 0, 0},
        {2, "조치내역", "report", 2, 0}, {2, "개요", "report", 1, 0},
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const struct compose_report report = small(&arena);
    const struct compose_input input = {
        .as_of = "2020-04-21", .publisher = "", .reports = &report, .report_count = 1};
    report_document *document = NULL;
    CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
    CU_ASSERT_EQUAL(document->n_sections, ARRAY_LENGTH(expected));
    for (size_t i = 0; i < document->n_sections && i < ARRAY_LENGTH(expected); i++) {
        const report_section *section = document->sections[i];
        CU_ASSERT_EQUAL(section->depth, expected[i].depth);
        CU_ASSERT_STRING_EQUAL(section->heading, expected[i].heading);
        CU_ASSERT_STRING_EQUAL(section->owner, expected[i].owner);
        CU_ASSERT_EQUAL(section->n_tables, expected[i].tables);
        CU_ASSERT_EQUAL(section->n_figures, expected[i].figures);
    }
    CU_ASSERT_STRING_EQUAL(document->publisher, "소통관");
    arena_free(&arena);
}

/* In the unit of the table that the row is printed in, where no amount is finer. */
static void keeps_the_printed_unit(void)
{
    static const struct {
        int64_t won;
        const char *shown;
    } rows[] = {{5000000, "5"}, {5100000, "5,100"}};
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct arena arena;
        arena_init(&arena, ARENA_BYTES);
        struct compose_report report = small(&arena);
        slice_table *table = printed_table(&arena, "예산", 50, 1, "구분|예산현액\n가|5\n");
        table->unit = arena_copy(&arena, "백만원, %", strlen("백만원, %"));
        list_add(&arena, &report.tables, table);
        budget_execution_row *row = execution_row(&arena, 0);
        row->citation = table->citation;
        row->current_won = rows[i].won;
        row->committed_won = row->spent_won = 0;
        report.report_id = table->citation->report_id;
        const struct compose_input input = {.as_of = "2020-04-21",
                                            .publisher = "",
                                            .reports = &report,
                                            .report_count = 1,
                                            .execution = &row,
                                            .execution_count = 1};
        report_document *document = NULL;
        CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
        const report_composed_table *shown = table_titled(document, "예산 집행 현황");
        CU_ASSERT_PTR_NOT_NULL_FATAL(shown);
        CU_ASSERT_STRING_EQUAL(row_cell(shown->rows[1], 2), rows[i].shown);
        arena_free(&arena);
    }
}

/* The report of one bureau, and the ledger's rows of another: no table passes for the first one's.
 */
static void names_the_bureau_of_a_row(void)
{
    char sea[] = "바다국";
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const struct compose_report report = small(&arena);
    budget_execution_row *row = execution_row(&arena, 0);
    row->publisher = sea;
    const struct compose_input input = {.as_of = "2020-04-21",
                                        .publisher = "",
                                        .reports = &report,
                                        .report_count = 1,
                                        .execution = &row,
                                        .execution_count = 1};
    report_document *document = NULL;
    CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
    CU_ASSERT_STRING_EQUAL(document->publisher, "");
    CU_ASSERT_STRING_EQUAL(document->title, "주요업무보고");
    CU_ASSERT_PTR_NULL(table_titled(document, "예산 집행 현황"));
    CU_ASSERT_PTR_NOT_NULL(table_titled(document, "예산 집행 현황 (바다국)"));
    arena_free(&arena);
}

static void leaves_out_what_is_later(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct compose_report report = {
        .report_id = "test", .title = "", .publisher = "", .as_of = "2020-04-21", .summary = ""};
    slice_table *table = printed_table(&arena, "기금", 30, 1, "구분|값\n가|1\n");
    type_period period = TYPE_PERIOD_INIT;
    char day[] = "2020-04-13";
    period.kind_case = TYPE_PERIOD_KIND_CASE_AS_OF;
    period.as_of = day;
    table->period = &period;
    list_add(&arena, &report.tables, table);
    struct compose_input input = {
        .as_of = "2020-03-31", .publisher = "", .reports = &report, .report_count = 1};
    report_document *document = NULL;
    CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
    CU_ASSERT_PTR_NULL(table_titled(document, "기금"));
    input.as_of = "2020-04-13";
    CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
    CU_ASSERT_PTR_NOT_NULL(table_titled(document, "기금"));
    arena_free(&arena);
}

/* Figures of an interval as of 2020-03-31. */
static void leaves_out_later_intervals(void)
{
    static char days[][11] = {"2020-01-23", "2020-04-13", "2020-04-03", "",
                              "2020-01-01", "2020-12-31", "2019-12-31"};
    static const struct {
        int first, last;
        bool planned, shown;
    } rows[] = {
        {0, 1, false, false}, {2, 3, false, false}, {0, 3, false, true}, {4, 5, false, true},
        {2, 1, true, true},   {4, 6, false, true},  {0, 1, true, true},  {0, 5, false, false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct arena arena;
        arena_init(&arena, ARENA_BYTES);
        struct compose_report report = {.report_id = "test",
                                        .title = "",
                                        .publisher = "",
                                        .as_of = "2020-04-21",
                                        .summary = ""};
        slice_figure *figure = printed_figure(&arena, "추진현황/신문/독자", 31, "5명", "명");
        type_date_interval interval = TYPE_DATE_INTERVAL_INIT;
        type_period period = TYPE_PERIOD_INIT;
        interval.first_day = days[rows[i].first];
        interval.last_day = days[rows[i].last];
        period.kind_case = TYPE_PERIOD_KIND_CASE_INTERVAL;
        period.interval = &interval;
        figure->period = &period;
        slice_qualifier planned = SLICE_QUALIFIER_PLANNED;
        figure->qualifiers = &planned;
        figure->n_qualifiers = rows[i].planned ? 1 : 0;
        list_add(&arena, &report.figures, figure);
        const struct compose_input input = {
            .as_of = "2020-03-31", .publisher = "", .reports = &report, .report_count = 1};
        report_document *document = NULL;
        CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
        CU_ASSERT_EQUAL(document->n_sections > 0, rows[i].shown);
        if ((document->n_sections > 0) != rows[i].shown) (void)printf("row %zu\n", i);
        arena_free(&arena);
    }
}

/* The document of the small report rendered; in the arena. */
static const char *rendered(struct arena *arena,
                            enum status (*render)(const report_document *, struct buffer *))
{
    const struct compose_report report = small(arena);
    const struct compose_input input = {
        .as_of = "2020-04-21", .publisher = "", .reports = &report, .report_count = 1};
    report_document *document = NULL;
    struct buffer buffer;
    buffer_init(&buffer, RENDERED_BYTES);
    CU_ASSERT_EQUAL_FATAL(compose_document(arena, &input, &document), OK);
    CU_ASSERT_EQUAL_FATAL(render(document, &buffer), OK);
    const char *text = arena_copy(arena, (const char *)buffer.bytes, buffer.length);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    buffer_free(&buffer);
    return text;
}

static void renders_markdown(void)
{
    static const char *const parts[] = {
        "# 업무보고\n\n2020-04-21 기준 · 소통관\n",
        ("### 인력\n\n**인력** <sub>test 10행</sub>\n\n| 구분 | 정원 | 현원 |\n"
         "| --- | ---: | ---: |\n| 홍보과 | 3 | 2 |\n"),
        "| &lt;신문&gt; | 1 | 2 |\n",
        "- 독자: **5명** <sub>test 31행</sub>\n\n- 민원: **9건** <sub>test 32행</sub>\n",
        "| 계 | 1 | 1 | - | - | - |\n",
        "| 건의사항 | 가 | 홍보과 | 완료 |\n",
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const char *text = rendered(&arena, compose_markdown);
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        CU_ASSERT_PTR_NOT_NULL(strstr(text, parts[i]));
        if (strstr(text, parts[i]) == NULL) (void)printf("missing: %s\n", parts[i]);
    }
    arena_free(&arena);
}

static void renders_html(void)
{
    static const char *const parts[] = {
        "<!doctype html>\n<html lang=\"ko\">",
        "<tr><th>구분</th><th>정원</th><th>현원</th></tr>",
        "<tr><td>홍보과</td><td class=\"n\">3</td><td class=\"n\">2</td></tr>",
        "<td>&lt;신문&gt;</td>",
        "<span class=\"v\">9건</span>",
        "</main>\n</body>\n</html>\n",
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    const char *text = rendered(&arena, compose_html);
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        CU_ASSERT_PTR_NOT_NULL(strstr(text, parts[i]));
        if (strstr(text, parts[i]) == NULL) (void)printf("missing: %s\n", parts[i]);
    }
    CU_ASSERT_PTR_NULL(strstr(text, "<신문>"));
    arena_free(&arena);
}

static void escapes_what_markdown_reads(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct compose_report report = {.report_id = "test",
                                    .title = "a|b*c_d`[e]<f>&#~\\",
                                    .publisher = "",
                                    .as_of = "2020-04-21",
                                    .summary = ""};
    const struct compose_input input = {
        .as_of = "2020-04-21", .publisher = "", .reports = &report, .report_count = 1};
    report_document *document = NULL;
    struct buffer buffer;
    buffer_init(&buffer, RENDERED_BYTES);
    CU_ASSERT_EQUAL_FATAL(compose_document(&arena, &input, &document), OK);
    CU_ASSERT_EQUAL_FATAL(compose_markdown(document, &buffer), OK);
    CU_ASSERT_EQUAL(buffer_append_byte(&buffer, 0), OK);
    const char *expected = "# a\\|b\\*c\\_d\\`\\[e\\]&lt;f&gt;&amp;\\#\\~\\\\\n";
    CU_ASSERT_EQUAL(strncmp((const char *)buffer.bytes, expected, strlen(expected)), 0);
    buffer_clear(&buffer);
    CU_ASSERT_EQUAL_FATAL(compose_html(document, &buffer), OK);
    CU_ASSERT_EQUAL(buffer_append_byte(&buffer, 0), OK);
    CU_ASSERT_PTR_NOT_NULL(strstr((const char *)buffer.bytes, "[e]&lt;f&gt;&amp;#~\\</h1>"));
    buffer_free(&buffer);
    arena_free(&arena);
}

static void keeps_spans_within_the_grid(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    slice_table *table =
        printed_table(&arena, "", 1, 2, "구분|총계| |남\n |정원|현원| \n가|1|2|3\n");
    table->rows[0]->cells[0]->row_span = 2;    /* Covers an empty place below. */
    table->rows[0]->cells[1]->column_span = 3; /* Says more than there is room for. */
    report_composed_table composed = REPORT_COMPOSED_TABLE_INIT;
    composed.rows = table->rows;
    composed.n_rows = table->n_rows;
    composed.heading_rows = 2;
    static const size_t covered[LAYOUT_COLUMNS_MAX];
    struct layout_span span = layout_span(&composed, 0, 0, 2, covered);
    CU_ASSERT_EQUAL(span.rows, 2);
    CU_ASSERT_EQUAL(span.columns, 1);
    span = layout_span(&composed, 0, 1, 2, covered);
    CU_ASSERT_EQUAL(span.rows, 1);
    CU_ASSERT_EQUAL(span.columns, 2);
    CU_ASSERT_EQUAL(layout_columns(&composed), 4);
    arena_free(&arena);
}

static void survives_lack_of_memory(void)
{
    for (long nth = 1; nth <= ALLOCATIONS_MAX; nth++) {
        struct arena arena;
        arena_init(&arena, ARENA_BYTES);
        const struct compose_report report = small(&arena);
        const struct compose_input input = {
            .as_of = "2020-04-21", .publisher = "", .reports = &report, .report_count = 1};
        report_document *document = NULL;
        (void)alloc_fail_at(nth);
        enum status status = compose_document(&arena, &input, &document);
        (void)alloc_fail_at(0);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        arena_free(&arena);
    }
}

SUITE("compose", {"prints the execution cell for cell", prints_the_execution_cell_for_cell},
      {"keeps the funds of bureaus apart", keeps_the_funds_of_bureaus_apart},
      {"invents no amounts", invents_no_amounts},
      {"prints the comparison cell for cell", prints_the_comparison_cell_for_cell},
      {"orders the sections", orders_the_sections},
      {"keeps the printed unit", keeps_the_printed_unit},
      {"names the bureau of a row", names_the_bureau_of_a_row},
      {"leaves out what is later", leaves_out_what_is_later},
      {"leaves out later intervals", leaves_out_later_intervals},
      {"renders Markdown", renders_markdown}, {"renders HTML", renders_html},
      {"escapes what Markdown reads", escapes_what_markdown_reads},
      {"keeps spans within the grid", keeps_spans_within_the_grid},
      {"survives lack of memory", survives_lack_of_memory})
