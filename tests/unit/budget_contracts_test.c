#include "budget_contracts.h"

#include <stdio.h>
#include <string.h>

#include "budget_contract_warnings.h"
#include "support/suite.h"

enum { ARENA_BYTES_MAX = 1 << 20, MILLION = 1000000 };

static void takes_the_tax_from_the_price(void)
{
    static const struct {
        int64_t amount_won;
        bool taxed;
        int64_t estimated_won, price_won;
    } cases[] = {
        {22000000, true, 0, 20000000},
        {22000001, true, 0, 20000001},
        {22000011, true, 0, 20000010},
        {20000000, false, 0, 20000000},
        {1, true, 0, 1},
        {10, true, 0, 10},
        {11, true, 0, 10},
        {55000000, true, 0, 50000000},
        {18000000, true, 20000000, 20000000},
        {22000000, true, 19999999, 20000000},
        {INT64_MAX, false, 0, INT64_MAX},
        {INT64_MAX, true, 0, INT64_C(8384883669867978007)},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        CU_ASSERT_EQUAL(contract_price(cases[i].amount_won, cases[i].taxed, cases[i].estimated_won),
                        cases[i].price_won);
}

/* What breaks, as letters: P price, V vendor, B bids, R press foundation required, A only
 * advertising. */
static void judge_shows(const struct contract_case *contract, char shown[static 8])
{
    struct contract_finding findings[CONTRACT_BREAKS_MAX];
    const struct contract_law *law = contract_law_of(contract->day);
    size_t count = law == NULL ? 0 : contract_judge(law, contract, findings);
    (void)snprintf(shown, 8, "%s", law == NULL ? "none" : "");
    for (size_t i = 0; i < count; i++)
        (void)snprintf(shown + i, 8 - i, "%c", "PVBRA"[findings[i].broken]);
}

static void allows_methods_by_price_vendor_and_day(void)
{
    static const struct {
        struct contract_case contract;
        const char *broken;
    } cases[] = {
        {{KIND_GOODS, METHOD_SMALL_SUM, 0, 20 * MILLION, "2019-05-02", 0}, ""},
        {{KIND_GOODS, METHOD_SMALL_SUM, 0, 20 * MILLION + 1, "2019-05-02", 0}, "P"},
        {{KIND_SERVICE, METHOD_SMALL_SUM, 1, 20 * MILLION + 1, "2019-05-02", 0}, "P"},
        {{KIND_GOODS, METHOD_PREFERRED_VENDOR, 1, 50 * MILLION, "2019-05-02", 0}, ""},
        {{KIND_GOODS, METHOD_PREFERRED_VENDOR, 6, 50 * MILLION, "2014-11-24", 0}, ""},
        {{KIND_GOODS, METHOD_PREFERRED_VENDOR, 1, 50 * MILLION, "2014-11-23", 0}, "P"},
        {{KIND_GOODS, METHOD_PREFERRED_VENDOR, 1, 50 * MILLION + 1, "2019-05-02", 0}, "P"},
        {{KIND_GOODS, METHOD_PREFERRED_VENDOR, 0, 30 * MILLION, "2019-05-02", 0}, "V"},
        {{KIND_GOODS, METHOD_PREFERRED_VENDOR, 0, 60 * MILLION, "2019-05-02", 0}, "PV"},
        {{KIND_GOODS, METHOD_COMPETITIVE, 0, 900 * MILLION, "2019-05-02", 0}, ""},
        {{KIND_SERVICE, METHOD_FAILED_BIDS, 0, 120 * MILLION, "2020-04-10", 2}, ""},
        {{KIND_SERVICE, METHOD_FAILED_BIDS, 0, 120 * MILLION, "2020-04-10", 1}, "B"},
        {{KIND_SERVICE, METHOD_FAILED_BIDS, 0, 120 * MILLION, "2020-07-14", 1}, "B"},
        {{KIND_SERVICE, METHOD_FAILED_BIDS, 0, 120 * MILLION, "2020-07-15", 1}, ""},
        {{KIND_SERVICE, METHOD_FAILED_BIDS, 0, 120 * MILLION, "2020-12-31", 1}, ""},
        {{KIND_SERVICE, METHOD_FAILED_BIDS, 0, 120 * MILLION, "2021-01-01", 1}, "B"},
        {{KIND_SERVICE, METHOD_FAILED_BIDS, 0, 1 * MILLION, "2020-12-31", 0}, "B"},
        {{KIND_ADVERTISING, METHOD_PRESS_FOUNDATION, 0, 434 * MILLION, "2020-03-02", 0}, ""},
        {{KIND_ADVERTISING, METHOD_COMPETITIVE, 0, 434 * MILLION, "2020-03-02", 0}, "R"},
        {{KIND_ADVERTISING, METHOD_SMALL_SUM, 0, 21 * MILLION, "2020-03-02", 0}, "PR"},
        {{KIND_ADVERTISING, METHOD_PREFERRED_VENDOR, 0, 51 * MILLION, "2020-03-02", 0}, "PVR"},
        {{KIND_ADVERTISING, METHOD_COMPETITIVE, 0, 434 * MILLION, "2018-12-12", 0}, ""},
        {{KIND_ADVERTISING, METHOD_COMPETITIVE, 0, 434 * MILLION, "2018-12-13", 0}, "R"},
        {{KIND_SERVICE, METHOD_PRESS_FOUNDATION, 0, 10 * MILLION, "2020-03-02", 0}, "A"},
        {{KIND_GOODS, METHOD_COMPETITIVE, 0, 1, "2013-12-31", 0}, "none"},
        {{KIND_GOODS, METHOD_COMPETITIVE, 0, 1, "2014-01-01", 0}, ""},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char shown[8];
        judge_shows(&cases[i].contract, shown);
        if (strcmp(shown, cases[i].broken) != 0)
            (void)printf("\n    case %zu: %s, not %s\n", i, shown, cases[i].broken);
        CU_ASSERT_STRING_EQUAL(shown, cases[i].broken);
    }
}

/* A procedure as letters of its stages: R review, N notice, F failed, A award, G negotiation, C
 * contract, X cancelled. */
static void keeps_the_order_of_a_procedure(void)
{
    static const char letters[] = "-RNFAGCX";
    static const struct {
        const char *stages, *day;
        bool may;
    } cases[] = {
        {"RNFNFGC", "2020-04-01", true},   {"RNAC", "2020-04-01", true},
        {"RNFNAC", "2020-04-01", true},    {"RNFNFNFGC", "2020-04-01", true},
        {"RNFG", "2020-04-01", false},     {"RNFG", "2020-08-01", true},
        {"N", "2020-04-01", false},        {"RF", "2020-04-01", false},
        {"RNG", "2020-04-01", false},      {"RNN", "2020-04-01", false},
        {"RNFF", "2020-04-01", false},     {"RNAG", "2020-04-01", false},
        {"RNFNFA", "2020-04-01", false},   {"RNFNFC", "2020-04-01", false},
        {"RNX", "2020-04-01", true},       {"X", "2020-04-01", true},
        {"RNXN", "2020-04-01", false},     {"RNXX", "2020-04-01", false},
        {"RNFNFGCR", "2020-04-01", false}, {"RR", "2020-04-01", false},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        const struct contract_law *law = contract_law_of(cases[i].day);
        enum procedure_stage from = STAGE_NONE;
        int failed = 0;
        bool may = true;
        for (const char *at = cases[i].stages; *at != '\0' && may; at++) {
            enum procedure_stage to = (enum procedure_stage)(strchr(letters, *at) - letters);
            may = procedure_may_move(law, from, failed, to);
            failed += to == STAGE_FAILED;
            from = to;
        }
        if (may != cases[i].may) (void)printf("\n    %s\n", cases[i].stages);
        CU_ASSERT_EQUAL(may, cases[i].may);
    }
}

/* Contracts of a bureau: vendor, line, day, price in millions, method, class. */
struct contract_row {
    const char *publisher, *vendor, *line, *day;
    int millions;
    int method; /* enum contract_method */
    int vendor_class;
};

/* The warnings as text: kind, first contract's vendor (or class), numbers of contracts, sum. */
static void warnings_show(struct arena *arena, const struct contract_row *rows, size_t count,
                          char *shown, size_t bytes)
{
    struct warned_contract contracts[32];
    struct contract_warnings found;
    for (size_t i = 0; i < count; i++)
        contracts[i] = (struct warned_contract){.id = (int64_t)i + 1,
                                                .publisher = rows[i].publisher,
                                                .line = rows[i].line,
                                                .vendor_code = rows[i].vendor,
                                                .vendor_name = rows[i].vendor,
                                                .vendor_class = rows[i].vendor_class,
                                                .method = (enum contract_method)rows[i].method,
                                                .price_won = (int64_t)rows[i].millions * MILLION,
                                                .day = rows[i].day};
    CU_ASSERT_EQUAL_FATAL(contract_warnings_find(arena, contracts, count,
                                                 warning_thresholds_of("2020-01-01"), &found),
                          OK);
    size_t used = 0;
    shown[0] = '\0';
    for (size_t i = 0; i < found.count; i++) {
        const struct contract_warning *warning = &found.warnings[i];
        used += (size_t)snprintf(shown + used, bytes - used, "%s%c%s", i == 0 ? "" : "; ",
                                 " VCS"[warning->kind], warning -> contracts[0] -> publisher);
        for (size_t c = 0; c < warning->count; c++)
            used +=
                (size_t)snprintf(shown + used, bytes - used, " %d", (int)warning->contracts[c]->id);
        used += (size_t)snprintf(shown + used, bytes - used, " =%d/%d",
                                 (int)(warning->price_won / MILLION),
                                 (int)(warning->total_won / MILLION));
    }
}

static void warns_of_concentration_and_splitting(void)
{
    enum {
        S = METHOD_SMALL_SUM,
        P = METHOD_PREFERRED_VENDOR,
        F = METHOD_FAILED_BIDS,
        C = METHOD_COMPETITIVE
    };
    static const struct contract_row split[] = {{"p", "a", "1", "2020-01-10", 12, S, 0},
                                                {"p", "a", "1", "2020-02-10", 11, S, 0},
                                                {"p", "a", "2", "2020-02-11", 12, S, 0},
                                                {"p", "b", "1", "2020-02-12", 12, S, 0}};
    static const struct contract_row at_limit[] = {{"p", "a", "1", "2020-01-10", 12, S, 0},
                                                   {"p", "a", "1", "2020-02-10", 8, S, 0}};
    static const struct contract_row apart[] = {{"p", "a", "1", "2020-01-01", 12, S, 0},
                                                {"p", "a", "1", "2020-03-31", 8, S, 0},
                                                {"p", "a", "1", "2020-04-01", 12, S, 0}};
    static const struct contract_row ninety_days[] = {{"p", "a", "1", "2020-01-01", 12, S, 0},
                                                      {"p", "a", "1", "2020-03-31", 12, S, 0}};
    static const struct contract_row ninety_one_days[] = {{"p", "a", "1", "2020-01-01", 12, S, 0},
                                                          {"p", "a", "1", "2020-04-01", 12, S, 0}};
    static const struct contract_row preferred[] = {{"p", "a", "1", "2020-01-10", 18, S, 1},
                                                    {"p", "a", "1", "2020-02-10", 32, P, 1}};
    static const struct contract_row preferred_over[] = {{"p", "a", "1", "2020-01-10", 19, S, 1},
                                                         {"p", "a", "1", "2020-02-10", 32, P, 1}};
    static const struct contract_row competed[] = {{"p", "a", "1", "2020-01-10", 19, C, 0},
                                                   {"p", "a", "1", "2020-02-10", 19, C, 0},
                                                   {"p", "a", "1", "2020-02-11", 19, F, 0},
                                                   {"p", "a", "1", "2020-02-12", 19, F, 0}};
    /* a has 2 of 5 by number, e 60 of 90 by sum; four too few; each bureau by itself. */
    static const struct contract_row shares[] = {
        {"p", "a", "1", "2020-01-10", 5, S, 1},  {"p", "a", "2", "2020-01-11", 5, S, 1},
        {"p", "c", "3", "2020-01-12", 10, S, 0}, {"p", "d", "4", "2020-01-13", 10, S, 1},
        {"p", "e", "5", "2020-01-14", 60, F, 0}, {"q", "a", "1", "2020-01-10", 5, S, 1},
        {"q", "a", "2", "2020-01-11", 5, S, 1}};
    static const struct {
        const struct contract_row *rows;
        size_t count;
        const char *warnings;
    } cases[] = {
        {NULL, 0, ""},
        {split, ARRAY_LENGTH(split), "Sp 1 2 =23/20"},
        {at_limit, ARRAY_LENGTH(at_limit), ""},
        {apart, ARRAY_LENGTH(apart), ""},
        {ninety_days, ARRAY_LENGTH(ninety_days), "Sp 1 2 =24/20"},
        {ninety_one_days, ARRAY_LENGTH(ninety_one_days), ""},
        {preferred, ARRAY_LENGTH(preferred), ""},
        {preferred_over, ARRAY_LENGTH(preferred_over), "Sp 1 2 =51/50"},
        {competed, ARRAY_LENGTH(competed), ""},
        {shares, ARRAY_LENGTH(shares), "Vp 5 =60/90; Vp 1 2 =10/90; Cp 1 2 4 =20/90"},
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char shown[512];
        warnings_show(&arena, cases[i].rows, cases[i].count, shown, sizeof shown);
        if (strcmp(shown, cases[i].warnings) != 0) (void)printf("\n    case %zu: %s\n", i, shown);
        CU_ASSERT_STRING_EQUAL(shown, cases[i].warnings);
    }
    arena_free(&arena);
}

static void refuses_sums_that_do_not_fit(void)
{
    struct warned_contract contracts[2];
    struct contract_warnings found;
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(contracts); i++)
        contracts[i] = (struct warned_contract){.id = (int64_t)i,
                                                .publisher = "p",
                                                .line = "l",
                                                .vendor_code = "v",
                                                .vendor_name = "v",
                                                .method = METHOD_FAILED_BIDS,
                                                .price_won = INT64_MAX,
                                                .day = "2020-01-01"};
    CU_ASSERT_EQUAL(contract_warnings_find(&arena, contracts, ARRAY_LENGTH(contracts),
                                           warning_thresholds_of("2020-01-01"), &found),
                    OUT_OF_RANGE);
    arena_free(&arena);
}

SUITE("budget contracts", {"takes the tax from the price", takes_the_tax_from_the_price},
      {"allows methods by price, vendor and day", allows_methods_by_price_vendor_and_day},
      {"keeps the order of a procedure", keeps_the_order_of_a_procedure},
      {"warns of concentration and splitting", warns_of_concentration_and_splitting},
      {"refuses sums that do not fit", refuses_sums_that_do_not_fit})
