/* LedgerService over a real database file: lines added and closed, entries posted or refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "support/budget_ledgers.h"
#include "support/budget_reports.h"
#include "support/suite.h"

#define APPROPRIATION BUDGET_ENTRY_KIND_APPROPRIATION
#define CARRY_OVER BUDGET_ENTRY_KIND_CARRY_OVER
#define COMMITMENT BUDGET_ENTRY_KIND_COMMITMENT
#define EXPENDITURE BUDGET_ENTRY_KIND_EXPENDITURE
#define TRANSFER_IN BUDGET_ENTRY_KIND_TRANSFER_IN
#define TRANSFER_OUT BUDGET_ENTRY_KIND_TRANSFER_OUT
#define RELEASE BUDGET_ENTRY_KIND_RELEASE
#define REFUND BUDGET_ENTRY_KIND_REFUND
#define ROOT "lines/2026-general-0001"
#define FAIR "lines/2026-general-0002"
#define PRESS "lines/2026-general-0003"

static int64_t number_of(struct db *db, const struct db_sql *sql)
{
    int64_t number = -1;
    CU_ASSERT_EQUAL(db_query_int_values(db, &number, sql, NULL, 0), OK);
    return number;
}

static const struct db_sql count_entries = {"entries", "SELECT count(*) FROM budget_entries"};
static const struct db_sql count_events = {"events", "SELECT count(*) FROM budget_events"};

/* A bureau's year of 2026 with two projects: 축제 has 1,000,000 won from January 1 and 500,000 more
 * from July 1, of which 700,000 are committed on March 2 and 300,000 spent on April 1; 보도 has
 * 1,000. Entries are numbered 1 to 5. */
static void open_year(struct budget_fixture *at)
{
    char name[LINE_NAME_BYTES];
    budget_open_fixture(at);
    CU_ASSERT_STRING_EQUAL(budget_line_new(at, "", 2026, "합계", name), ROOT);
    CU_ASSERT_STRING_EQUAL(budget_line_new(at, ROOT, 0, "축제", name), FAIR);
    CU_ASSERT_STRING_EQUAL(budget_line_new(at, ROOT, 0, "보도", name), PRESS);
    static const struct entry_short entries[] = {
        {FAIR, APPROPRIATION, 1000000, "2026-01-01", .description = "본예산"},
        {FAIR, COMMITMENT, 700000, "2026-03-02"},
        {FAIR, EXPENDITURE, 300000, "2026-04-01"},
        {FAIR, BUDGET_ENTRY_KIND_SUPPLEMENTARY, 500000, "2026-07-01"},
        {PRESS, APPROPRIATION, 1000, "2026-01-01"},
    };
    struct budget_answer answer;
    budget_post(at, entries, ARRAY_LENGTH(entries), &answer);
    if (answer.status != OK) (void)printf("%s\n", answer.message);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    budget_answer_end(&answer);
}

static void check_line(struct budget_fixture *at, const char *name, int64_t current,
                       int64_t committed, int64_t spent)
{
    struct rpc_call call;
    struct line_record line;
    calls_begin(&call, at->db);
    CU_ASSERT_EQUAL_FATAL(line_get(at->db, &call.arena, name, &line), OK);
    CU_ASSERT_EQUAL(line.balance.won[AMOUNT_CURRENT], current);
    CU_ASSERT_EQUAL(line.balance.won[AMOUNT_COMMITTED], committed);
    CU_ASSERT_EQUAL(line.balance.won[AMOUNT_SPENT], spent);
    calls_end(&call);
}

static void posts_and_answers_what_it_posted(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    clock_set_ms(1770000000123);
    open_year(&at);
    static const struct entry_short entries[] = {
        {FAIR, CARRY_OVER, 50, "2026-07-01", NULL, BUDGET_CARRY_OVER_TYPE_ACCIDENTAL, 2025, "이월"},
        {FAIR, TRANSFER_OUT, 40, "2026-08-01"},
        {PRESS, TRANSFER_IN, 40, "2026-08-01"},
        {FAIR, COMMITMENT, 10, "2026-08-02"},
        {FAIR, EXPENDITURE, 8, "2026-08-03"},
        {FAIR, REFUND, 3, "2026-08-04"},
        {FAIR, RELEASE, 5, "2026-08-05"},
        {FAIR, CARRY_OVER, 20, "2026-08-06", "entries/6", 0, 0, "잘못 이월"},
    };
    budget_post(&at, entries, ARRAY_LENGTH(entries), &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    const budget_post_entries_response *out = answer.out;
    CU_ASSERT_EQUAL_FATAL(out->n_entries, ARRAY_LENGTH(entries));
    for (size_t i = 0; i < out->n_entries; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "entries/%zu", i + 6);
        CU_ASSERT_STRING_EQUAL(out->entries[i]->name, name);
        CU_ASSERT_STRING_EQUAL(out->entries[i]->line, entries[i].line);
        CU_ASSERT_EQUAL(out->entries[i]->kind, entries[i].kind);
        CU_ASSERT_STRING_EQUAL(out->entries[i]->effective_date, entries[i].day);
        CU_ASSERT_EQUAL(out->entries[i]->recorded_time->seconds, 1770000000);
        CU_ASSERT_EQUAL(out->entries[i]->recorded_time->nanos, 123000000);
    }
    CU_ASSERT_EQUAL(out->entries[0]->amount_won, 50);
    CU_ASSERT_STRING_EQUAL(out->entries[0]->description, "이월");
    const budget_entry *correction = out->entries[7];
    CU_ASSERT_EQUAL(correction->amount_won, -20);
    CU_ASSERT_STRING_EQUAL(correction->corrects, "entries/6");
    CU_ASSERT_EQUAL(correction->carry_over_type, BUDGET_CARRY_OVER_TYPE_ACCIDENTAL);
    CU_ASSERT_EQUAL(correction->origin_year, 2025);
    budget_answer_end(&answer);
    check_line(&at, FAIR, 1500000 + 50 - 40 - 20, 700000 + 10 - 5, 300000 + 8 - 3);
    check_line(&at, PRESS, 1040, 0, 0);
    check_line(&at, ROOT, 1501030, 700005, 300005);
    clock_set_ms(0);
    budget_close_fixture(&at);
}

#define MAX_WON INT64_MAX

/* Each is posted to a year as open_year makes it, and nothing is written. */
static void refuses_what_the_rules_forbid(void)
{
    static const struct {
        struct entry_short entry;
        struct budget_refused refused;
    } cases[] = {
        {{"lines/2026-general-0099", COMMITMENT, 1, "2026-08-01"},
         {NOT_FOUND, "LINE_UNKNOWN", "entries[0].line", "there is no lines/2026-general-0099"}},
        {{FAIR, COMMITMENT, 0, "2026-08-01"},
         {INVALID_ARGUMENT, "", "entries[0].amount_won",
          "entries[0].amount_won: is 0 won; an entry has at least 1"}},
        {{FAIR, COMMITMENT, -5, "2026-08-01"},
         {INVALID_ARGUMENT, "", "entries[0].amount_won",
          "entries[0].amount_won: is -5 won; an entry has at least 1"}},
        {{FAIR, (budget_entry_kind)12, 5, "2026-08-01"},
         {INVALID_ARGUMENT, "", "entries[0].kind", "entries[0].kind: 12 is no kind of entry"}},
        {{FAIR, COMMITMENT, 1, "2025-12-31"},
         {INVALID_ARGUMENT, "DATE_OUTSIDE_YEAR", "entries[0].effective_date",
          "entries[0].effective_date: 2025-12-31 is outside fiscal year 2026 of " FAIR
          ": 2026-01-01 to 2026-12-31"}},
        {{FAIR, COMMITMENT, 800001, "2026-08-01"},
         {FAILED_PRECONDITION, "BALANCE_EXCEEDED", "entries[0].amount_won",
          FAIR " has 800,000 won left; 800,001 are asked for"}},
        {{FAIR, COMMITMENT, 300001, "2026-02-01"},
         {FAILED_PRECONDITION, "BALANCE_EXCEEDED", "entries[0].amount_won",
          FAIR " has 300,000 won left on 2026-03-02; 300,001 are asked for"}},
        {{FAIR, EXPENDITURE, 400001, "2026-08-01"},
         {FAILED_PRECONDITION, "BALANCE_EXCEEDED", "entries[0].amount_won",
          FAIR " has 400,000 won committed and not spent; 400,001 are asked for"}},
        {{FAIR, EXPENDITURE, 1, "2026-03-01"},
         {FAILED_PRECONDITION, "BALANCE_EXCEEDED", "entries[0].amount_won",
          FAIR " has 0 won committed and not spent on 2026-03-01; 1 are asked for"}},
        {{FAIR, RELEASE, 400001, "2026-03-02"},
         {FAILED_PRECONDITION, "BALANCE_EXCEEDED", "entries[0].amount_won",
          FAIR " has 400,000 won committed and not spent on 2026-04-01; 400,001 are asked for"}},
        {{FAIR, REFUND, 300001, "2026-08-01"},
         {FAILED_PRECONDITION, "BALANCE_EXCEEDED", "entries[0].amount_won",
          FAIR " has 300,000 won spent; 300,001 are asked for"}},
        {{FAIR, APPROPRIATION, 300001, "2026-01-01", "entries/1"},
         {FAILED_PRECONDITION, "BALANCE_EXCEEDED", "entries[0].amount_won",
          FAIR " has 300,000 won left on 2026-03-02; 300,001 are asked for"}},
        {{FAIR, APPROPRIATION, MAX_WON, "2026-01-01"},
         {OUT_OF_RANGE, "AMOUNT_OVERFLOW", "entries[0].amount_won",
          FAIR " or a line above it would stand at more than 9,223,372,036,854,775,807 won"}},
        {{PRESS, APPROPRIATION, MAX_WON - 1000, "2026-01-01"}, /* The root's total. */
         {OUT_OF_RANGE, "AMOUNT_OVERFLOW", "entries[0].amount_won",
          PRESS " or a line above it would stand at more than 9,223,372,036,854,775,807 won"}},
        {{FAIR, CARRY_OVER, 1, "2026-01-01", NULL, 0, 2025},
         {INVALID_ARGUMENT, "", "entries[0].carry_over_type",
          "entries[0].carry_over_type: a carry-over says why: express, accidental or continuing"}},
        {{FAIR, CARRY_OVER, 1, "2026-01-01", NULL, BUDGET_CARRY_OVER_TYPE_EXPRESS, 2026},
         {INVALID_ARGUMENT, "", "entries[0].origin_year",
          "entries[0].origin_year: is 2026; a carry-over comes from a year before 2026"}},
        {{FAIR, APPROPRIATION, 1, "2026-01-01", NULL, 0, 2025},
         {INVALID_ARGUMENT, "", "entries[0].origin_year",
          "entries[0].origin_year: only carry-overs have one"}},
        {{FAIR, COMMITMENT, 1, "2026-08-01", "entries/99"},
         {NOT_FOUND, "ENTRY_UNKNOWN", "entries[0].corrects", "there is no entries/99"}},
        {{FAIR, COMMITMENT, 1, "2026-08-01", "entries/02"},
         {NOT_FOUND, "ENTRY_UNKNOWN", "entries[0].corrects", "there is no entries/02"}},
        {{FAIR, COMMITMENT, 1, "2026-08-01", "entries/6"},
         {INVALID_ARGUMENT, "CORRECTS_ITSELF", "entries[0].corrects",
          "entries[0].corrects: an entry cannot correct itself"}},
        {{PRESS, COMMITMENT, 1, "2026-08-01", "entries/2"},
         {INVALID_ARGUMENT, "NOT_CORRECTABLE", "entries[0].corrects",
          "entries[0].corrects: entries/2 is an entry of another line"}},
        {{FAIR, EXPENDITURE, 1, "2026-08-01", "entries/2"},
         {INVALID_ARGUMENT, "NOT_CORRECTABLE", "entries[0].corrects",
          "entries[0].corrects: entries/2 is an entry of another kind"}},
        {{FAIR, COMMITMENT, 700001, "2026-08-01", "entries/2"},
         {FAILED_PRECONDITION, "CORRECTED_ALREADY", "entries[0].amount_won",
          "of the 700,000 won of entries/2 700,000 can still be taken back; 700,001 are asked "
          "for"}},
        {{FAIR, TRANSFER_OUT, 5, "2026-08-01"},
         {INVALID_ARGUMENT, "UNBALANCED", "",
          "transfers of fiscal year 2026, fund general, do not balance: 5 won out, 0 in"}},
    };
    struct budget_fixture at;
    open_year(&at);
    int64_t events = number_of(at.db, &count_events);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct budget_answer answer;
        budget_post(&at, &cases[i].entry, 1, &answer);
        budget_check_refused(&answer, &cases[i].refused);
        budget_answer_end(&answer);
        CU_ASSERT_EQUAL(number_of(at.db, &count_entries), 5);
        CU_ASSERT_EQUAL(number_of(at.db, &count_events), events);
    }
    check_line(&at, FAIR, 1500000, 700000, 300000);
    budget_close_fixture(&at);
}

/* The last entry of a batch that breaks a rule takes all others with it. */
static void posts_all_or_nothing(void)
{
    static const struct entry_short entries[] = {
        {PRESS, COMMITMENT, 600, "2026-08-01"},
        {PRESS, EXPENDITURE, 600, "2026-08-01"}, /* Rests on the one before. */
        {PRESS, COMMITMENT, 401, "2026-08-01"},
    };
    struct budget_fixture at;
    struct budget_answer answer;
    open_year(&at);
    budget_post(&at, entries, 3, &answer);
    budget_check_refused(&answer,
                         &(struct budget_refused){FAILED_PRECONDITION, "BALANCE_EXCEEDED",
                                                  "entries[2].amount_won",
                                                  PRESS " has 400 won left; 401 are asked for"});
    budget_answer_end(&answer);
    check_line(&at, PRESS, 1000, 0, 0);
    budget_post(&at, entries, 2, &answer);
    CU_ASSERT_EQUAL(answer.status, OK);
    budget_answer_end(&answer);
    check_line(&at, PRESS, 1000, 600, 600);
    budget_close_fixture(&at);
}

static void takes_batches_of_a_thousand(void)
{
    enum { MOST = 1000 };
    struct budget_fixture at;
    struct budget_answer answer;
    open_year(&at);
    struct entry_short *entries = calloc(MOST + 1, sizeof *entries);
    CU_ASSERT_PTR_NOT_NULL_FATAL(entries);
    for (size_t i = 0; i < MOST + 1; i++)
        entries[i] = (struct entry_short){i % 2 == 0 ? FAIR : PRESS, COMMITMENT, 1, "2026-09-01"};
    budget_post(&at, entries, MOST + 1, &answer);
    CU_ASSERT_EQUAL(answer.status, INVALID_ARGUMENT);
    CU_ASSERT_STRING_EQUAL(answer.field, "entries");
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.message, "1000"));
    budget_answer_end(&answer);
    check_line(&at, FAIR, 1500000, 700000, 300000);
    budget_post(&at, entries, MOST, &answer);
    CU_ASSERT_EQUAL(answer.status, OK);
    budget_answer_end(&answer);
    check_line(&at, FAIR, 1500000, 700500, 300000);
    check_line(&at, ROOT, 1501000, 701000, 300000);
    budget_post(&at, entries, 0, &answer);
    CU_ASSERT_EQUAL(answer.status, INVALID_ARGUMENT);
    budget_answer_end(&answer);
    free(entries);
    budget_close_fixture(&at);
}

static void corrects_no_more_than_there_was(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    open_year(&at);
    struct entry_short part = {FAIR, COMMITMENT, 250000, "2026-08-01", "entries/2"};
    int64_t first = budget_post_one(&at, part);
    CU_ASSERT_EQUAL(first, 6);
    part.won = 150000;
    (void)budget_post_one(&at, part);
    part.won = 300001;
    budget_post(&at, &part, 1, &answer);
    CU_ASSERT_STRING_EQUAL(answer.reason, "CORRECTED_ALREADY");
    CU_ASSERT_STRING_EQUAL(answer.message, "of the 700,000 won of entries/2 300,000 can still be "
                                           "taken back; 300,001 are asked for");
    budget_answer_end(&answer);
    part.corrects = "entries/6";
    budget_post(&at, &part, 1, &answer);
    CU_ASSERT_STRING_EQUAL(answer.reason, "NOT_CORRECTABLE");
    CU_ASSERT_STRING_EQUAL(answer.message, "entries[0].corrects: entries/6 is a correction itself");
    budget_answer_end(&answer);
    check_line(&at, FAIR, 1500000, 300000, 300000);
    budget_close_fixture(&at);
}

static void balances_transfers_in_each_year_and_fund(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    char next[LINE_NAME_BYTES];
    open_year(&at);
    budget_line_new(&at, "", 2027, "합계", next);
    struct entry_short entries[] = {
        {FAIR, TRANSFER_OUT, 5, "2026-08-01"},
        {next, TRANSFER_IN, 5, "2027-08-01"},
        {PRESS, TRANSFER_IN, 5, "2026-08-01"},
    };
    budget_post(&at, entries, 2, &answer);
    CU_ASSERT_STRING_EQUAL(answer.reason, "UNBALANCED");
    budget_answer_end(&answer);
    entries[1] = entries[2];
    budget_post(&at, entries, 2, &answer);
    CU_ASSERT_EQUAL(answer.status, OK);
    budget_answer_end(&answer);
    /* Taking a transfer back takes its other side back too. */
    struct entry_short back[] = {
        {FAIR, TRANSFER_OUT, 5, "2026-08-02", "entries/6"},
        {PRESS, TRANSFER_IN, 5, "2026-08-02", "entries/7"},
    };
    budget_post(&at, back, 1, &answer);
    CU_ASSERT_STRING_EQUAL(answer.reason, "UNBALANCED");
    budget_answer_end(&answer);
    budget_post(&at, back, 2, &answer);
    CU_ASSERT_EQUAL(answer.status, OK);
    budget_answer_end(&answer);
    check_line(&at, FAIR, 1500000, 700000, 300000);
    budget_close_fixture(&at);
}

/* The clock may be set back; what was recorded later still says so. */
static void never_records_before_the_last(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    clock_set_ms(1770000000000);
    open_year(&at);
    clock_set_ms(1760000000000);
    struct entry_short entry = {FAIR, COMMITMENT, 1, "2026-08-01"};
    budget_post(&at, &entry, 1, &answer);
    const budget_post_entries_response *out = answer.out;
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    CU_ASSERT_EQUAL(out->entries[0]->recorded_time->seconds, 1770000000);
    budget_answer_end(&answer);
    clock_set_ms(0);
    budget_close_fixture(&at);
}

SUITE("budget post", {"posts and answers what it posted", posts_and_answers_what_it_posted},
      {"refuses what the rules forbid", refuses_what_the_rules_forbid},
      {"posts all or nothing", posts_all_or_nothing},
      {"takes batches of a thousand", takes_batches_of_a_thousand},
      {"corrects no more than there was", corrects_no_more_than_there_was},
      {"balances transfers in each year and fund", balances_transfers_in_each_year_and_fund},
      {"never records before the last", never_records_before_the_last})
