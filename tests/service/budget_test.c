/* The budget service over a real database file: slices in, tables out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "budget_posting.h"
#include "support/budget_reports.h"
#include "support/suite.h"

/* Shows won in thousands, as the tables print them. */
static const char *in_thousands(struct arena *arena, int64_t won)
{
    char digits[DECIMAL_STRING_BYTES];
    CU_ASSERT_EQUAL(won % THOUSAND, 0);
    int64_t thousands = won / THOUSAND;
    decimal_format((struct decimal){thousands < 0 ? -thousands : thousands, 0}, digits);
    char *shown = arena_printf(arena, "%s%s", thousands < 0 ? "△" : "", digits);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shown);
    return shown;
}

/* The reports' own printing: no thousands separators in rates, △ for minus. */
static const char *as_rate(struct arena *arena, const type_quantity *rate)
{
    CU_ASSERT_PTR_NOT_NULL_FATAL(rate);
    CU_ASSERT_EQUAL(rate->exponent, -1);
    CU_ASSERT_STRING_EQUAL(rate->unit, "PERCENT");
    long long tenths = rate->units < 0 ? -(long long)rate->units : (long long)rate->units;
    char *shown =
        arena_printf(arena, "%s%lld.%lld%%", rate->units < 0 ? "△" : "", tenths / 10, tenths % 10);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shown);
    return shown;
}

static void check_cell(const char *shown, const char *printed, size_t row)
{
    if (strcmp(shown, printed) != 0)
        (void)printf("row %zu: %s, printed %s\n", row + 1, shown, printed);
    CU_ASSERT_STRING_EQUAL(shown, printed);
}

static void shows_the_table_of_2020_cell_for_cell(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    int32_t records = 0;
    budget_get_execution_response out;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2012(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2020(&at, &records), OK);
    CU_ASSERT_TRUE(records > SEOUL_2020_ROWS);
    calls_begin(&call, at.db);
    CU_ASSERT_EQUAL_FATAL(budget_ask_execution(&call, &at, "2020-03-31", "", &out), OK);
    CU_ASSERT_EQUAL_FATAL(out.n_rows, SEOUL_2020_ROWS);
    for (size_t i = 0; i < out.n_rows; i++) {
        const budget_execution_row *row = out.rows[i];
        const struct printed_budget_row *printed = &seoul_2020_rows[i];
        check_cell(row->label, printed->label, i);
        check_cell(in_thousands(&call.arena, row->current_won), printed->cells[0], i);
        check_cell(in_thousands(&call.arena, row->committed_won), printed->cells[1], i);
        check_cell(in_thousands(&call.arena, row->spent_won), printed->cells[2], i);
        check_cell(as_rate(&call.arena, row->execution_rate), printed->cells[3], i);
        CU_ASSERT_TRUE(row->commitment_known && row->expenditure_known);
        CU_ASSERT_EQUAL(row->depth, printed->depth);
        CU_ASSERT_EQUAL(row->citation->line, 137 + (int)i);
        CU_ASSERT_EQUAL(row->citation->table_row, (int)i + 2);
        CU_ASSERT_EQUAL(row->citation->n_section_path, 2);
        CU_ASSERT_STRING_EQUAL(row->citation->report_id, "seoul-2020-04");
    }
    CU_ASSERT_EQUAL(budget_ask_execution(&call, &at, "2020-03-30", "", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    CU_ASSERT_EQUAL(budget_ask_execution(&call, &at, "2020-12-31", "다른 관", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    CU_ASSERT_EQUAL(budget_ask_execution(&call, &at, "2012-12-31", "", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    calls_end(&call);
    budget_close_fixture(&at);
}

static void shows_the_table_of_2012_cell_for_cell(void)
{
    struct budget_fixture at;
    struct rpc_call call;
    budget_get_comparison_response out;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2012(&at, NULL), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2020(&at, NULL), OK);
    calls_begin(&call, at.db);
    CU_ASSERT_EQUAL_FATAL(budget_ask_comparison(&call, &at, "2012-02-29", &out), OK);
    CU_ASSERT_EQUAL(out.fiscal_year, 2012);
    CU_ASSERT_EQUAL_FATAL(out.n_rows, SEOUL_2012_ROWS);
    for (size_t i = 0; i < out.n_rows; i++) {
        const budget_comparison_row *row = out.rows[i];
        const struct printed_budget_row *printed = &seoul_2012_rows[i];
        check_cell(row->label, printed->label, i);
        check_cell(in_thousands(&call.arena, row->budget_won), printed->cells[0], i);
        check_cell(in_thousands(&call.arena, row->previous_won), printed->cells[1], i);
        check_cell(in_thousands(&call.arena, row->change_won), printed->cells[2], i);
        check_cell(as_rate(&call.arena, row->change_rate), printed->cells[3], i);
        CU_ASSERT_EQUAL(row->depth, printed->depth);
        CU_ASSERT_EQUAL(row->citation->line, 45 + (int)i);
    }
    CU_ASSERT_EQUAL(budget_ask_comparison(&call, &at, "2020-12-31", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    CU_ASSERT_EQUAL(budget_ask_comparison(&call, &at, "2011-12-31", &out), OK);
    CU_ASSERT_EQUAL(out.n_rows, 0);
    calls_end(&call);
    budget_close_fixture(&at);
}

static void keeps_every_snapshot(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    budget_check_both_days(&at);
    budget_close_fixture(&at);
}

static void takes_reports_in_any_order(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    budget_check_both_days(&at);
    budget_close_fixture(&at);
}

static int64_t number_of(struct db *db, const struct db_sql *sql)
{
    int64_t number = -1;
    CU_ASSERT_EQUAL(db_query_int_values(db, &number, sql, NULL, 0), OK);
    return number;
}

static const struct db_sql count_entries = {"count_entries", "SELECT count(*) FROM budget_entries"};
static const struct db_sql sum_entries = {
    "sum_entries", "SELECT coalesce(sum(amount_won * kind), 0) FROM budget_entries"};
static const struct db_sql sum_recorded = {
    "sum_recorded", "SELECT sum(recorded_ms % 1000000000 * id) FROM budget_entries"};
static const struct db_sql count_lines = {"count_lines", "SELECT count(*) FROM budget_lines"};
static const struct db_sql count_readings = {"count_readings",
                                             "SELECT count(*) FROM budget_readings"};

static void reads_a_report_once_however_often_it_comes(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    int64_t entries = number_of(at.db, &count_entries);
    int64_t sum = number_of(at.db, &sum_entries);
    int64_t recorded = number_of(at.db, &sum_recorded);
    int64_t lines = number_of(at.db, &count_lines);
    clock_set_ms(clock_now_ms() + 1000);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    clock_set_ms(0);
    /* The very entries that were recorded first, with their ids and instants. */
    CU_ASSERT_EQUAL(number_of(at.db, &sum_recorded), recorded);
    CU_ASSERT_EQUAL(number_of(at.db, &count_entries), entries);
    CU_ASSERT_EQUAL(number_of(at.db, &sum_entries), sum);
    CU_ASSERT_EQUAL(number_of(at.db, &count_lines), lines);
    CU_ASSERT_EQUAL(number_of(at.db, &count_readings), 2);
    budget_check_both_days(&at);
    budget_close_fixture(&at);
}

static void corrects_what_a_report_said_before(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    struct snapshot_case wrong = {"gwangju-2024-04", "소통관", "2024-03-31", 'a',
                                  ROWS("합계|8,123|2,001|1,456|26.9%", "홍보과|4,023|501|0|0.0%",
                                       "없던 과|4,100|1,500|1,456|35.5%")};
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, wrong), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    budget_check_execution(&at, "2024-06-30", "", budget_june_shown);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    budget_check_both_days(&at);
    struct snapshot_case empty = {"gwangju-2024-04", "소통관", "2024-03-31", 'a', ROWS("|||")};
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, empty), OK);
    budget_check_execution(&at, "2024-03-31", "", "");
    budget_check_execution(&at, "2024-06-30", "", budget_june_shown);
    budget_close_fixture(&at);
}

static int64_t number_of_unplaced(struct budget_fixture *at)
{
    static const struct db_sql count = {"count_unplaced",
                                        "SELECT count(*) FROM budget_lines WHERE position = 0"};
    return number_of(at->db, &count);
}

/* A line that has a call's entry stands without its reports, the others are no longer shown; the
 * fixture's end looks at its citation. */
static void keeps_what_calls_posted(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    CU_ASSERT_EQUAL(number_of_unplaced(&at), 0);
    struct posting_line line;
    struct posting posting = {
        .kind = ENTRY_COMMITMENT, .won = 1, .day = "2024-02-01", .description = ""};
    CU_ASSERT_EQUAL_FATAL(db_begin(at.db), OK);
    CU_ASSERT_EQUAL_FATAL(posting_line_get(at.db, &at.arena, 1, &line), OK);
    CU_ASSERT_EQUAL_FATAL(posting_add(at.db, &line, &posting), OK);
    CU_ASSERT_EQUAL_FATAL(db_commit(at.db), OK);
    struct snapshot_case empty = {"gwangju-2024-04", "소통관", "2024-03-31", 'a', ROWS("|||")};
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, empty), OK);
    CU_ASSERT_EQUAL(number_of_unplaced(&at), 4);
    budget_check_execution(&at, "2024-03-31", "", "0 합계 0 0 0");
    budget_close_fixture(&at);
}

static void keeps_bureaus_apart(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    struct snapshot_case other = {
        "busan-2024-04", "대변인", "2024-03-31", 'c',
        ROWS("합계|1,111|1,001|456|41.0%", "홍보과|611|501|456|74.6%", "소통과|500|500|0|0.0%")};
    static const char other_shown[] =
        "0 합계 1111 1001 456; 1 홍보과 611 501 456; 1 소통과 500 500 0";
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, other), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    budget_check_execution(&at, "2024-03-31", "소통관", budget_march_shown);
    budget_check_execution(&at, "2024-06-30", "소통관", budget_june_shown);
    budget_check_execution(&at, "2024-06-30", "대변인", other_shown);
    char both[CELLS_BYTES_MAX];
    (void)snprintf(both, sizeof both, "%s; %s", other_shown, budget_march_shown);
    budget_check_execution(&at, "2024-03-31", "", both);
    budget_close_fixture(&at);
}

static void leaves_other_slices_alone(void)
{
    struct budget_fixture at;
    static const char *const people[] = {"구분|정원|현원", "홍보과|23|22"};
    static const char *const huge[] = {"구분|예산현액|집행액", "홍보과|9223372036854775807|1",
                                       "소통과|1|1"};
    struct printed_table tables[] = {
        {.title = "인력",
         .unit = "명",
         .day = "",
         .heading_rows = 1,
         .line = 5,
         .rows = people,
         .row_count = ARRAY_LENGTH(people)},
        {.title = "예산",
         .unit = "천원",
         .day = "",
         .heading_rows = 1,
         .line = 9,
         .rows = huge,
         .row_count = ARRAY_LENGTH(huge)},
    };
    int32_t records = -1;
    budget_open_fixture(&at);
    struct printed_report none = {"none", "관", "2024-06-30", 'a', NULL, 0};
    CU_ASSERT_EQUAL(budget_put_report(&at, &none, &records), OK);
    CU_ASSERT_EQUAL(records, 0);
    struct printed_report other = {"other", "관", "2024-06-30", 'b', tables, 1};
    CU_ASSERT_EQUAL(budget_put_report(&at, &other, &records), OK);
    CU_ASSERT_EQUAL(records, 0);
    /* What does not fit 64 bits in won is no amount; the rest of the table is read. */
    struct printed_report too_large = {"huge", "관", "2024-06-30", 'c', tables, 2};
    CU_ASSERT_EQUAL(budget_put_report(&at, &too_large, &records), OK);
    budget_check_execution(&at, "2024-06-30", "", "0 소통과 1 0 1");
    budget_close_fixture(&at);
}

SUITE("budget", {"shows the table of 2020 cell for cell", shows_the_table_of_2020_cell_for_cell},
      {"shows the table of 2012 cell for cell", shows_the_table_of_2012_cell_for_cell},
      {"keeps every snapshot", keeps_every_snapshot},
      {"takes reports in any order", takes_reports_in_any_order},
      {"reads a report once however often it comes", reads_a_report_once_however_often_it_comes},
      {"corrects what a report said before", corrects_what_a_report_said_before},
      {"keeps what calls posted", keeps_what_calls_posted},
      {"keeps bureaus apart", keeps_bureaus_apart},
      {"leaves other slices alone", leaves_other_slices_alone})
