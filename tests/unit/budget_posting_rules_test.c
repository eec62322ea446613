/* What may be posted, added and resolved: the rules by themselves, as tables. */
#include "budget_posting_rules.h"

#include <stdio.h>
#include <string.h>

#include "budget_line_rules.h"
#include "budget_reservation_rules.h"
#include "budget_tree.h"
#include "support/suite.h"

#define LINE "lines/2026-general-0001"

enum { ARENA_BYTES_MAX = 1 << 20 };

static void check(enum status status, const struct refusal *refusal, enum status expected,
                  const char *reason, const char *message)
{
    const char *said = status == OK ? "" : refusal->fault.message;
    const char *why = status == OK || refusal->reason == NULL ? "" : refusal->reason;
    if (status != expected || strcmp(why, reason) != 0 || strcmp(said, message) != 0)
        (void)printf("%s %s \"%s\", not %s %s \"%s\"\n", status_name(status), why, said,
                     status_name(expected), reason, message);
    CU_ASSERT_EQUAL(status, expected);
    CU_ASSERT_STRING_EQUAL(why, reason);
    CU_ASSERT_STRING_EQUAL(said, message);
    if (status != OK) CU_ASSERT_EQUAL(refusal->status, status);
}

static void knows_what_each_kind_moves(void)
{
    static const struct {
        enum entry_kind kind;
        struct balance change; /* By an entry of 7. */
    } cases[] = {
        {ENTRY_APPROPRIATION, {{7, 0, 0}}}, {ENTRY_CARRY_OVER, {{7, 0, 0}}},
        {ENTRY_COMMITMENT, {{0, 7, 0}}},    {ENTRY_EXPENDITURE, {{0, 0, 7}}},
        {ENTRY_SUPPLEMENTARY, {{7, 0, 0}}}, {ENTRY_TRANSFER_IN, {{7, 0, 0}}},
        {ENTRY_TRANSFER_OUT, {{-7, 0, 0}}}, {ENTRY_RELEASE, {{0, -7, 0}}},
        {ENTRY_REFUND, {{0, 0, -7}}},
    };
    struct balance change;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        CU_ASSERT_TRUE(entry_change(cases[i].kind, 7, &change));
        CU_ASSERT_EQUAL(memcmp(&change, &cases[i].change, sizeof change), 0);
    }
    CU_ASSERT_FALSE(entry_change(ENTRY_REFUND, INT64_MIN, &change));
}

/* Each with a state of one day, or of two, the second of 2026-07-01. */
static void guards_each_border_on_each_day(void)
{
    static const struct {
        struct balance first, second;
        size_t days;
        int64_t reserved, unreserved;
        enum entry_kind kind;
        int64_t won;
        bool corrects;
        enum status status;
        const char *reason, *message;
    } cases[] = {
        {{{100, 60, 20}}, {{0}}, 1, 0, 0, ENTRY_COMMITMENT, 40, false, OK, "", ""},
        {{{100, 60, 20}},
         {{0}},
         1,
         0,
         0,
         ENTRY_COMMITMENT,
         41,
         false,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 40 won left; 41 are asked for"},
        {{{100, 60, 20}}, {{0}}, 1, 30, 0, ENTRY_COMMITMENT, 10, false, OK, "", ""},
        {{{100, 60, 20}},
         {{0}},
         1,
         30,
         0,
         ENTRY_COMMITMENT,
         11,
         false,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 10 won left beside 30 that are reserved; 11 are asked for"},
        {{{100, 60, 20}}, {{0}}, 1, 30, 30, ENTRY_COMMITMENT, 40, false, OK, "", ""},
        {{{100, 60, 20}},
         {{100, 90, 20}},
         2,
         0,
         0,
         ENTRY_COMMITMENT,
         11,
         false,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 10 won left on 2026-07-01; 11 are asked for"},
        {{{100, 60, 20}},
         {{500, 60, 20}},
         2,
         0,
         0,
         ENTRY_COMMITMENT,
         41,
         false,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 40 won left on 2026-06-15; 41 are asked for"},
        {{{100, 60, 20}}, {{0}}, 1, 0, 0, ENTRY_EXPENDITURE, 40, false, OK, "", ""},
        {{{100, 60, 20}},
         {{0}},
         1,
         99,
         0,
         ENTRY_EXPENDITURE,
         41,
         false,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 40 won committed and not spent; 41 are asked for"},
        {{{100, 60, 20}}, {{0}}, 1, 0, 0, ENTRY_RELEASE, 40, false, OK, "", ""},
        {{{100, 60, 20}},
         {{100, 60, 50}},
         2,
         0,
         0,
         ENTRY_RELEASE,
         11,
         false,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 10 won committed and not spent on 2026-07-01; 11 are asked for"},
        {{{100, 60, 20}}, {{0}}, 1, 0, 0, ENTRY_REFUND, 20, false, OK, "", ""},
        {{{100, 60, 20}},
         {{0}},
         1,
         0,
         0,
         ENTRY_REFUND,
         21,
         false,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 20 won spent; 21 are asked for"},
        {{{100, 60, 20}},
         {{0}},
         1,
         0,
         0,
         ENTRY_TRANSFER_OUT,
         41,
         false,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 40 won left; 41 are asked for"},
        /* Taking back turns a kind around. */
        {{{100, 60, 20}},
         {{0}},
         1,
         0,
         0,
         ENTRY_APPROPRIATION,
         41,
         true,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 40 won left; 41 are asked for"},
        {{{100, 60, 20}},
         {{0}},
         1,
         0,
         0,
         ENTRY_COMMITMENT,
         41,
         true,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 40 won committed and not spent; 41 are asked for"},
        {{{100, 60, 20}},
         {{0}},
         1,
         0,
         0,
         ENTRY_EXPENDITURE,
         21,
         true,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 20 won spent; 21 are asked for"},
        {{{100, 60, 20}},
         {{0}},
         1,
         0,
         0,
         ENTRY_RELEASE,
         41,
         true,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 40 won left; 41 are asked for"},
        {{{100, 60, 20}},
         {{0}},
         1,
         0,
         0,
         ENTRY_REFUND,
         41,
         true,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has 40 won committed and not spent; 41 are asked for"},
        /* What a report printed breaks other rules; money may still be added and committed money
         * spent. */
        {{{10, 60, 20}}, {{0}}, 1, 0, 0, ENTRY_SUPPLEMENTARY, 1, false, OK, "", ""},
        {{{10, 60, 20}}, {{0}}, 1, 0, 0, ENTRY_EXPENDITURE, 40, false, OK, "", ""},
        {{{10, 60, 20}},
         {{0}},
         1,
         0,
         0,
         ENTRY_COMMITMENT,
         1,
         false,
         FAILED_PRECONDITION,
         "BALANCE_EXCEEDED",
         LINE " has -50 won left; 1 are asked for"},
        {{{INT64_MAX - 5, 0, 0}}, {{0}}, 1, 0, 0, ENTRY_APPROPRIATION, 5, false, OK, "", ""},
        {{{INT64_MAX - 5, 0, 0}},
         {{0}},
         1,
         0,
         0,
         ENTRY_APPROPRIATION,
         6,
         false,
         OUT_OF_RANGE,
         "AMOUNT_OVERFLOW",
         LINE " or a line above it would stand at more than 9,223,372,036,854,775,807 won"},
        {{{5, 0, 0}},
         {{INT64_MAX, 0, 0}},
         2,
         0,
         0,
         ENTRY_TRANSFER_IN,
         1,
         false,
         OUT_OF_RANGE,
         "AMOUNT_OVERFLOW",
         LINE " or a line above it would stand at more than 9,223,372,036,854,775,807 won"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct posting_day days[2] = {{"", cases[i].first}, {"2026-07-01", cases[i].second}};
        if (cases[i].days == 2) (void)snprintf(days[0].day, sizeof days[0].day, "2026-06-15");
        const struct posting_state state = {.line = LINE,
                                            .fiscal_year = 2026,
                                            .reserved_won = cases[i].reserved,
                                            .days = days,
                                            .day_count = cases[i].days};
        const struct posting_corrected corrected = {.id = 3, .kind = cases[i].kind};
        const struct posting_draft draft = {.kind = (int32_t)cases[i].kind,
                                            .won = cases[i].won,
                                            .day = "2026-06-15",
                                            .corrected = cases[i].corrects ? &corrected : NULL,
                                            .unreserved_won = cases[i].unreserved};
        struct refusal refusal;
        enum status status = posting_money_check(&state, &draft, &refusal);
        check(status, &refusal, cases[i].status, cases[i].reason, cases[i].message);
    }
}

static void asks_for_a_date_within_the_year(void)
{
    static const struct {
        const char *day;
        bool good;
    } cases[] = {{"2026-01-01", true},  {"2026-12-31", true},  {"2025-12-31", false},
                 {"2027-01-01", false}, {"2026-02-29", false}, {"", false}};
    const struct posting_state state = {.line = LINE, .fiscal_year = 2026};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct refusal refusal;
        const struct posting_draft draft = {
            .kind = ENTRY_COMMITMENT, .won = 1, .day = cases[i].day};
        enum status status = posting_draft_check(&state, &draft, &refusal);
        CU_ASSERT_EQUAL(status, cases[i].good ? OK : INVALID_ARGUMENT);
        if (status != OK) CU_ASSERT_STRING_EQUAL(refusal.reason, "DATE_OUTSIDE_YEAR");
    }
}

static void asks_for_the_money_of_the_lines_year(void)
{
    static const struct {
        const char *today, *asked;
    } cases[] = {
        {"2026-06-15", "2026-06-15"}, {"2025-03-01", "2026-01-01"}, {"2028-02-29", "2026-12-31"}};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct date today;
        char asked[DATE_STRING_BYTES];
        CU_ASSERT_EQUAL_FATAL(date_parse(text_from(cases[i].today), &today), OK);
        date_format(posting_day_within(today, 2026), asked);
        CU_ASSERT_STRING_EQUAL(asked, cases[i].asked);
    }
}

static void balances_transfers(void)
{
    static const struct {
        struct {
            int32_t year;
            const char *fund;
            enum entry_kind kind;
            int64_t won;
        } moves[4];
        const char *message;
    } cases[] = {
        {{{2026, "general", ENTRY_COMMITMENT, 5}}, ""},
        {{{2026, "general", ENTRY_TRANSFER_OUT, 5}, {2026, "general", ENTRY_TRANSFER_IN, 5}}, ""},
        {{{2026, "general", ENTRY_TRANSFER_OUT, 5},
          {2026, "general", ENTRY_TRANSFER_IN, 3},
          {2026, "general", ENTRY_TRANSFER_IN, 2}},
         ""},
        {{{2026, "general", ENTRY_TRANSFER_OUT, 5}, {2026, "disaster", ENTRY_TRANSFER_IN, 5}},
         "transfers of fiscal year 2026, fund general, do not balance: 5 won out, 0 in"},
        {{{2026, "general", ENTRY_TRANSFER_OUT, 5}, {2027, "general", ENTRY_TRANSFER_IN, 5}},
         "transfers of fiscal year 2026, fund general, do not balance: 5 won out, 0 in"},
        {{{2026, "general", ENTRY_TRANSFER_OUT, INT64_MAX},
          {2026, "general", ENTRY_TRANSFER_OUT, INT64_MAX},
          {2026, "general", ENTRY_TRANSFER_IN, -2}},
         "transfers of fiscal year 2026, fund general, do not balance: 9,223,372,036,854,775,807 "
         "won out, -2 in"},
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct transfers transfers = {0};
        struct refusal refusal;
        for (size_t m = 0; m < 4 && cases[i].moves[m].year != 0; m++) {
            const struct transfer_sum line = {cases[i].moves[m].year, cases[i].moves[m].fund, 0, 0};
            CU_ASSERT_EQUAL_FATAL(transfers_add(&arena, &transfers, &line, cases[i].moves[m].kind,
                                                cases[i].moves[m].won),
                                  OK);
        }
        bool good = cases[i].message[0] == '\0';
        enum status status = transfers_check(&transfers, &refusal);
        check(status, &refusal, good ? OK : INVALID_ARGUMENT, good ? "" : "UNBALANCED",
              cases[i].message);
    }
    arena_free(&arena);
}

static void resolves_a_reservation_once(void)
{
    static const struct {
        int32_t state;
        int64_t now_ms; /* It expires at 100. */
        const char *message;
    } cases[] = {
        {RESERVATION_OPEN, 99, ""},
        {RESERVATION_OPEN, 100, "reservations/7 has expired"},
        {RESERVATION_POSTED, 99, "reservations/7 was posted before"},
        {RESERVATION_POSTED, 100, "reservations/7 was posted before"},
        {RESERVATION_RELEASED, 100, "reservations/7 was released before"},
        {RESERVATION_EXPIRED, 99, "reservations/7 has expired"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct refusal refusal;
        struct reservation reservation = {.id = 7, .state = cases[i].state, .expires_ms = 100};
        bool good = cases[i].message[0] == '\0';
        reservation_settle(&reservation, cases[i].now_ms);
        enum status status = reservation_open_check(&reservation, &refusal);
        check(status, &refusal, good ? OK : FAILED_PRECONDITION, good ? "" : "RESERVATION_RESOLVED",
              cases[i].message);
    }
}

static void posts_at_most_what_was_reserved(void)
{
    static const struct {
        int64_t asked, won; /* 0: it is refused. */
    } cases[] = {{0, 50}, {1, 1}, {50, 50}, {51, 0}, {-1, 0}, {INT64_MIN, 0}};
    const struct reservation reservation = {.id = 7, .amount_won = 50};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        int64_t won = 0;
        struct refusal refusal;
        enum status status = reservation_amount(&reservation, cases[i].asked, &won, &refusal);
        CU_ASSERT_EQUAL(status, cases[i].won > 0 ? OK : INVALID_ARGUMENT);
        if (status == OK) CU_ASSERT_EQUAL(won, cases[i].won);
    }
}

static void adds_up_a_tree(void)
{
    struct account_line lines[] = {{1, -1, {{1, 0, 0}}, 5},
                                   {2, 0, {{10, 2, 1}}, 0},
                                   {3, 1, {{100, 20, 10}}, 7},
                                   {4, 0, {{1000, 0, 0}}, 0}};
    CU_ASSERT_TRUE(account_lines_total(lines, ARRAY_LENGTH(lines)));
    CU_ASSERT_EQUAL(lines[0].balance.won[AMOUNT_CURRENT], 1111);
    CU_ASSERT_EQUAL(lines[0].balance.won[AMOUNT_COMMITTED], 22);
    CU_ASSERT_EQUAL(lines[0].reserved_won, 12);
    CU_ASSERT_EQUAL(lines[1].balance.won[AMOUNT_SPENT], 11);
    struct account_line huge[] = {{1, -1, {{1, 0, 0}}, 0}, {2, 0, {{INT64_MAX, 0, 0}}, 0}};
    CU_ASSERT_FALSE(account_lines_total(huge, ARRAY_LENGTH(huge)));
}

SUITE("budget posting rules", {"knows what each kind moves", knows_what_each_kind_moves},
      {"guards each border on each day", guards_each_border_on_each_day},
      {"asks for a date within the year", asks_for_a_date_within_the_year},
      {"asks for the money of the line's year", asks_for_the_money_of_the_lines_year},
      {"balances transfers", balances_transfers},
      {"resolves a reservation once", resolves_a_reservation_once},
      {"posts at most what was reserved", posts_at_most_what_was_reserved},
      {"adds up a tree", adds_up_a_tree})
