/* Lines and years that calls add and close, among lines that reports print; and every writing
 * handler with every allocation failing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "budget_jobs.h"
#include "reservation.rpc.h"
#include "support/budget_ledgers.h"
#include "support/budget_reports.h"
#include "support/suite.h"

/* The lines of a bureau's year in order, as `depth label`, separated by `; `. */
static void check_order(struct budget_fixture *at, const char *publisher, int32_t year,
                        const char *expected)
{
    struct budget_answer answer;
    char shown[1024] = "";
    size_t used = 0;
    budget_list_lines_request in = BUDGET_LIST_LINES_REQUEST_INIT;
    in.fiscal_year = year;
    in.publisher = string_borrow(publisher);
    budget_ask(at, &budget_budget_service_handlers, "ListLines", &in, &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    const budget_list_lines_response *out = answer.out;
    for (size_t i = 0; i < out->n_lines && used < sizeof shown; i++) {
        used += (size_t)snprintf(shown + used, sizeof shown - used, "%s%d %s%s", i == 0 ? "" : "; ",
                                 out->lines[i]->depth, out->lines[i]->label,
                                 out->lines[i]->closed ? " closed" : "");
        CU_ASSERT_EQUAL(out->lines[i]->position, (int32_t)i + 1);
    }
    if (strcmp(shown, expected) != 0) (void)printf("%s, not\n%s\n", shown, expected);
    CU_ASSERT_STRING_EQUAL(shown, expected);
    budget_answer_end(&answer);
}

static void create(struct budget_fixture *at, const budget_create_line_request *in,
                   struct budget_answer *answer)
{
    budget_create_line_request copy = *in;
    copy.request_id = string_borrow("create");
    budget_ask(at, &budget_ledger_service_handlers, "CreateLine", &copy, answer);
}

static void close_line(struct budget_fixture *at, const char *name, struct budget_answer *answer)
{
    budget_close_line_request in = BUDGET_CLOSE_LINE_REQUEST_INIT;
    in.request_id = string_borrow("close");
    in.name = string_borrow(name);
    budget_ask(at, &budget_ledger_service_handlers, "CloseLine", &in, answer);
}

static void close_year(struct budget_fixture *at, const char *publisher, int32_t year,
                       struct budget_answer *answer)
{
    budget_close_year_request in = BUDGET_CLOSE_YEAR_REQUEST_INIT;
    in.request_id = string_borrow("close");
    in.publisher = string_borrow(publisher);
    in.fiscal_year = year;
    budget_ask(at, &budget_ledger_service_handlers, "CloseYear", &in, answer);
}

static int32_t closed_by(struct budget_fixture *at, const char *name)
{
    struct budget_answer answer;
    close_line(at, name, &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    const budget_close_line_response *out = answer.out;
    int32_t count = out->closed_count;
    CU_ASSERT_TRUE(out->line->closed);
    budget_answer_end(&answer);
    return count;
}

static void adds_lines_behind_their_parents_last(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    char root[LINE_NAME_BYTES], fair[LINE_NAME_BYTES], press[LINE_NAME_BYTES], stage[64 + 1];
    budget_open_fixture(&at);
    budget_line_new(&at, "", 2026, "합계", root);
    budget_line_new(&at, root, 0, "축제", fair);
    budget_line_new(&at, root, 0, "보도", press);
    budget_line_new(&at, fair, 0, " 무대 ", stage);
    budget_line_new(&at, "", 2026, "별도", stage);
    budget_line_new(&at, fair, 0, "음향", stage);
    check_order(&at, "관", 2026, "0 합계; 1 축제; 2 무대; 2 음향; 1 보도; 0 별도");
    budget_create_line_request in = BUDGET_CREATE_LINE_REQUEST_INIT;
    in.parent = press;
    in.label = string_borrow("반환금");
    in.line_class = BUDGET_LINE_CLASS_RETURNS;
    create(&at, &in, &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    const budget_line *line = ((const budget_create_line_response *)answer.out)->line;
    CU_ASSERT_STRING_EQUAL(line->name, "lines/2026-general-0007");
    CU_ASSERT_STRING_EQUAL(line->parent, press);
    CU_ASSERT_STRING_EQUAL(line->publisher, "관");
    CU_ASSERT_EQUAL(line->fiscal_year, 2026);
    CU_ASSERT_EQUAL(line->depth, 2);
    CU_ASSERT_EQUAL(line->position, 6);
    CU_ASSERT_EQUAL(line->line_class, BUDGET_LINE_CLASS_RETURNS);
    CU_ASSERT_FALSE(line->closed || line->memo);
    CU_ASSERT_PTR_NULL(line->citation);
    budget_answer_end(&answer);
    budget_close_fixture(&at);
}

static void refuses_lines_that_make_no_sense(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    char root[LINE_NAME_BYTES], deep[LINE_NAME_BYTES], shut[LINE_NAME_BYTES], other[64 + 1];
    budget_open_fixture(&at);
    budget_line_new(&at, "", 2026, "합계", root);
    budget_line_new(&at, root, 0, "닫힌 과", shut);
    budget_line_new(&at, "", 2020, "합계", other);
    (void)snprintf(deep, sizeof deep, "%s", root);
    for (int depth = 1; depth < TREE_LEVELS_MAX; depth++)
        budget_line_new(&at, deep, 0, "아래", deep);
    CU_ASSERT_EQUAL(closed_by(&at, shut), 1);
    close_year(&at, "관", 2020, &answer);
    CU_ASSERT_EQUAL(answer.status, OK);
    budget_answer_end(&answer);
    const struct {
        const char *parent, *publisher;
        int32_t fiscal_year;
        const char *fund, *label;
        int line_class;
        struct budget_refused refused;
    } cases[] = {
        {"lines/no",
         "",
         0,
         "",
         "과",
         0,
         {NOT_FOUND, "LINE_UNKNOWN", "parent", "there is no lines/no"}},
        {"",
         "",
         2026,
         "",
         "과",
         0,
         {INVALID_ARGUMENT, "", "publisher", "publisher: a line without a parent needs a bureau"}},
        {"",
         "관",
         0,
         "",
         "과",
         0,
         {INVALID_ARGUMENT, "", "fiscal_year",
          "fiscal_year: a line without a parent needs a year, 1900 to 9999"}},
        {root,
         "다른 관",
         0,
         "",
         "과",
         0,
         {INVALID_ARGUMENT, "", "publisher", "publisher: is not the parent's"}},
        {root,
         "",
         2027,
         "",
         "과",
         0,
         {INVALID_ARGUMENT, "", "fiscal_year", "fiscal_year: is not the parent's"}},
        {root,
         "",
         0,
         "disaster",
         "과",
         0,
         {INVALID_ARGUMENT, "", "fund", "fund: is not the parent's"}},
        {root,
         "",
         0,
         "",
         " \t ",
         0,
         {INVALID_ARGUMENT, "", "label", "label: has nothing that could be read"}},
        {root,
         "",
         0,
         "",
         "과",
         9,
         {INVALID_ARGUMENT, "", "line_class", "line_class: is no class of lines"}},
        {root,
         "",
         0,
         "",
         "닫힌과",
         0,
         {ALREADY_EXISTS, "LABEL_TAKEN", "label",
          "lines/2026-general-0002 has this label already"}},
        {"",
         "관",
         2026,
         "general",
         "합 계",
         0,
         {ALREADY_EXISTS, "LABEL_TAKEN", "label",
          "lines/2026-general-0001 has this label already"}},
        {shut,
         "",
         0,
         "",
         "과",
         0,
         {FAILED_PRECONDITION, "LINE_CLOSED", "parent",
          "lines/2026-general-0002 is closed; it takes no further lines"}},
        {other,
         "",
         0,
         "",
         "과",
         0,
         {FAILED_PRECONDITION, "YEAR_CLOSED", "",
          "fiscal year 2020 is closed; it takes no further lines"}},
        {"",
         "관",
         2020,
         "",
         "과",
         0,
         {FAILED_PRECONDITION, "YEAR_CLOSED", "",
          "fiscal year 2020 is closed; it takes no further lines"}},
        {deep,
         "",
         0,
         "",
         "과",
         0,
         {INVALID_ARGUMENT, "DEPTH", "parent",
          "parent: lines/2026-general-0013 stands at the last of the 12 levels that the tree has"}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        budget_create_line_request in = BUDGET_CREATE_LINE_REQUEST_INIT;
        in.parent = string_borrow(cases[i].parent);
        in.publisher = string_borrow(cases[i].publisher);
        in.fiscal_year = cases[i].fiscal_year;
        in.fund = string_borrow(cases[i].fund);
        in.label = string_borrow(cases[i].label);
        in.line_class = (budget_line_class)cases[i].line_class;
        create(&at, &in, &answer);
        budget_check_refused(&answer, &cases[i].refused);
        budget_answer_end(&answer);
    }
    static const struct db_sql count = {"lines", "SELECT count(*) FROM budget_lines"};
    int64_t lines = 0;
    CU_ASSERT_EQUAL(db_query_int_values(at.db, &lines, &count, NULL, 0), OK);
    CU_ASSERT_EQUAL(lines, 3 + TREE_LEVELS_MAX - 1);
    budget_close_fixture(&at);
}

/* Other funds have trees of their own beside the general one. */
static void keeps_funds_apart(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    char root[LINE_NAME_BYTES];
    budget_open_fixture(&at);
    budget_line_new(&at, "", 2026, "합계", root);
    budget_create_line_request in = BUDGET_CREATE_LINE_REQUEST_INIT;
    in.publisher = string_borrow("관");
    in.fiscal_year = 2026;
    in.fund = string_borrow("disaster");
    in.label = string_borrow("합계");
    create(&at, &in, &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    CU_ASSERT_STRING_EQUAL(((const budget_create_line_response *)answer.out)->line->name,
                           "lines/2026-disaster-0002");
    budget_answer_end(&answer);
    create(&at, &in, &answer);
    CU_ASSERT_STRING_EQUAL(answer.reason, "LABEL_TAKEN");
    budget_answer_end(&answer);
    const struct entry_short moves[] = {
        {root, BUDGET_ENTRY_KIND_APPROPRIATION, 5, "2026-01-01"},
        {root, BUDGET_ENTRY_KIND_TRANSFER_OUT, 5, "2026-01-01"},
        {"lines/2026-disaster-0002", BUDGET_ENTRY_KIND_TRANSFER_IN, 5, "2026-01-01"},
    };
    budget_post(&at, moves, ARRAY_LENGTH(moves), &answer);
    CU_ASSERT_STRING_EQUAL(answer.reason, "UNBALANCED");
    CU_ASSERT_STRING_EQUAL(answer.message, "transfers of fiscal year 2026, fund general, do not "
                                           "balance: 5 won out, 0 in");
    budget_answer_end(&answer);
    budget_close_fixture(&at);
}

static void closes_lines_with_those_below(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    char root[LINE_NAME_BYTES], fair[LINE_NAME_BYTES], stage[LINE_NAME_BYTES], press[64 + 1];
    budget_open_fixture(&at);
    budget_line_new(&at, "", 2026, "합계", root);
    budget_line_new(&at, root, 0, "축제", fair);
    budget_line_new(&at, fair, 0, "무대", stage);
    budget_line_new(&at, root, 0, "보도", press);
    (void)budget_post_one(
        &at, (struct entry_short){stage, BUDGET_ENTRY_KIND_APPROPRIATION, 9, "2026-01-01"});
    budget_create_reservation_request hold = BUDGET_CREATE_RESERVATION_REQUEST_INIT;
    hold.request_id = string_borrow("hold");
    hold.line = stage;
    hold.amount_won = 4;
    budget_ask(&at, &budget_reservation_service_handlers, "CreateReservation", &hold, &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    budget_answer_end(&answer);
    const struct budget_refused open = {
        FAILED_PRECONDITION, "RESERVATIONS_OPEN", "",
        "lines/2026-general-0003 has open reservations; post or release them, or wait until they "
        "expire"};
    close_line(&at, fair, &answer);
    budget_check_refused(&answer, &open);
    budget_answer_end(&answer);
    close_year(&at, "관", 2026, &answer);
    budget_check_refused(&answer, &open);
    budget_answer_end(&answer);
    budget_release_reservation_request give = BUDGET_RELEASE_RESERVATION_REQUEST_INIT;
    give.request_id = string_borrow("give");
    give.name = string_borrow("reservations/1");
    budget_ask(&at, &budget_reservation_service_handlers, "ReleaseReservation", &give, &answer);
    budget_answer_end(&answer);
    CU_ASSERT_EQUAL(closed_by(&at, stage), 1);
    CU_ASSERT_EQUAL(closed_by(&at, fair), 1);
    CU_ASSERT_EQUAL(closed_by(&at, fair), 0);
    check_order(&at, "관", 2026, "0 합계; 1 축제 closed; 2 무대 closed; 1 보도");
    budget_post(&at, &(struct entry_short){stage, BUDGET_ENTRY_KIND_COMMITMENT, 1, "2026-01-01"}, 1,
                &answer);
    budget_check_refused(
        &answer,
        &(struct budget_refused){FAILED_PRECONDITION, "LINE_CLOSED", "entries[0].line",
                                 "lines/2026-general-0003 is closed; it takes no further entries"});
    budget_answer_end(&answer);
    budget_ask(&at, &budget_reservation_service_handlers, "CreateReservation", &hold, &answer);
    CU_ASSERT_STRING_EQUAL(answer.reason, "LINE_CLOSED");
    budget_answer_end(&answer);
    close_line(&at, "lines/no", &answer);
    budget_check_refused(&answer, &(struct budget_refused){NOT_FOUND, "LINE_UNKNOWN", "name",
                                                           "there is no lines/no"});
    budget_answer_end(&answer);
    budget_close_fixture(&at);
}

static void closes_a_bureaus_year(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    char root[LINE_NAME_BYTES], next[LINE_NAME_BYTES];
    clock_set_ms(1770000000000);
    budget_open_fixture(&at);
    budget_line_new(&at, "", 2026, "합계", root);
    budget_line_new(&at, "", 2027, "합계", next);
    close_year(&at, "관", 2025, &answer);
    budget_check_refused(&answer, &(struct budget_refused){NOT_FOUND, "YEAR_UNKNOWN", "",
                                                           "관 has no lines in fiscal year 2025"});
    budget_answer_end(&answer);
    close_year(&at, "관", 2026, &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    budget_answer_end(&answer);
    clock_set_ms(1790000000000);
    close_year(&at, "관", 2026, &answer); /* Changes nothing. */
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    CU_ASSERT_EQUAL(((const budget_close_year_response *)answer.out)->closed_time->seconds,
                    1770000000);
    budget_answer_end(&answer);
    budget_post(&at, &(struct entry_short){root, BUDGET_ENTRY_KIND_APPROPRIATION, 1, "2026-01-01"},
                1, &answer);
    budget_check_refused(
        &answer,
        &(struct budget_refused){FAILED_PRECONDITION, "YEAR_CLOSED", "entries[0].line",
                                 "fiscal year 2026 of lines/2026-general-0001 is closed; it takes "
                                 "no further entries"});
    budget_answer_end(&answer);
    CU_ASSERT_EQUAL(closed_by(&at, root), 0);
    (void)budget_post_one(
        &at, (struct entry_short){next, BUDGET_ENTRY_KIND_APPROPRIATION, 1, "2027-01-01"});
    static const struct db_sql told = {"told", "SELECT count(*) FROM budget_events WHERE kind = 6"};
    int64_t events = 0;
    CU_ASSERT_EQUAL(db_query_int_values(at.db, &events, &told, NULL, 0), OK);
    CU_ASSERT_EQUAL(events, 1);
    clock_set_ms(0);
    budget_close_fixture(&at);
}

/* A report that prints a line which a call added finds it; one that does not leaves it. */
static void outlives_imports(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    char root[LINE_NAME_BYTES], press[LINE_NAME_BYTES], extra[LINE_NAME_BYTES];
    budget_open_fixture(&at);
    budget_create_line_request in = BUDGET_CREATE_LINE_REQUEST_INIT;
    in.publisher = string_borrow("소통관");
    in.fiscal_year = 2024;
    in.label = string_borrow("합계");
    create(&at, &in, &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    (void)snprintf(root, sizeof root, "%s",
                   ((const budget_create_line_response *)answer.out)->line->name);
    budget_answer_end(&answer);
    budget_line_new(&at, root, 0, "홍보과", press);
    budget_line_new(&at, press, 0, "예비", extra);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    struct rpc_call call;
    struct line_record line;
    calls_begin(&call, at.db);
    CU_ASSERT_EQUAL_FATAL(line_get(at.db, &call.arena, press, &line), OK);
    CU_ASSERT_STRING_EQUAL(line.citation.report_id, budget_march.id);
    CU_ASSERT_TRUE(line.balance.won[AMOUNT_CURRENT] > 0);
    CU_ASSERT_EQUAL_FATAL(line_get(at.db, &call.arena, extra, &line), OK);
    CU_ASSERT_STRING_EQUAL(line.parent, press);
    CU_ASSERT_EQUAL(line.depth, 2);
    CU_ASSERT_TRUE(line.position > 0);
    calls_end(&call);
    (void)budget_post_one(
        &at, (struct entry_short){extra, BUDGET_ENTRY_KIND_APPROPRIATION, 7, "2024-02-01"});
    budget_close_fixture(&at);
}

/* What a request does with an allocation that fails: all of it, or nothing. */
typedef void sweep_ask(struct budget_fixture *at, struct budget_answer *answer);

#define SWEPT "lines/2026-general-0001"

/* The first and the last open reservation: what failed may have taken numbers. */
static char swept_first[40], swept_last[40];

static void swept_find(struct budget_fixture *at)
{
    static const struct db_sql first = {
        "first", "SELECT coalesce(min(id), 0) FROM budget_reservations WHERE state = 1"};
    static const struct db_sql last = {
        "last", "SELECT coalesce(max(id), 0) FROM budget_reservations WHERE state = 1"};
    int64_t id = 0;
    CU_ASSERT_EQUAL_FATAL(db_query_int_values(at->db, &id, &first, NULL, 0), OK);
    (void)snprintf(swept_first, sizeof swept_first, "reservations/%lld", (long long)id);
    CU_ASSERT_EQUAL_FATAL(db_query_int_values(at->db, &id, &last, NULL, 0), OK);
    (void)snprintf(swept_last, sizeof swept_last, "reservations/%lld", (long long)id);
}

static void sweep_create(struct budget_fixture *at, struct budget_answer *answer)
{
    budget_create_line_request in = BUDGET_CREATE_LINE_REQUEST_INIT;
    in.parent = string_borrow(SWEPT);
    in.label = string_borrow("새 과");
    create(at, &in, answer);
}

static void sweep_close(struct budget_fixture *at, struct budget_answer *answer)
{
    close_line(at, "lines/2026-general-0002", answer);
}

static void sweep_year(struct budget_fixture *at, struct budget_answer *answer)
{
    close_year(at, "관", 2026, answer);
}

static void ask_post(struct budget_fixture *at, const struct entry_short *entries, size_t count,
                     struct budget_answer *answer)
{
    budget_new_entry made[4];
    budget_new_entry *pointers[4];
    budget_post_entries_request in = BUDGET_POST_ENTRIES_REQUEST_INIT;
    CU_ASSERT_FATAL(count <= ARRAY_LENGTH(made));
    for (size_t i = 0; i < count; i++) {
        made[i] = (budget_new_entry)BUDGET_NEW_ENTRY_INIT;
        made[i].line = string_borrow(entries[i].line);
        made[i].kind = entries[i].kind;
        made[i].amount_won = entries[i].won;
        made[i].effective_date = string_borrow(entries[i].day);
        if (entries[i].corrects != NULL) made[i].corrects = string_borrow(entries[i].corrects);
        pointers[i] = &made[i];
    }
    in.request_id = string_borrow("post");
    in.entries = pointers;
    in.n_entries = count;
    budget_ask(at, &budget_ledger_service_handlers, "PostEntries", &in, answer);
}

static void sweep_post(struct budget_fixture *at, struct budget_answer *answer)
{
    static const struct entry_short entries[] = {
        {SWEPT, BUDGET_ENTRY_KIND_COMMITMENT, 5, "2026-02-02"}, /* Back-dated. */
        {SWEPT, BUDGET_ENTRY_KIND_COMMITMENT, 5, "2026-12-31"},
        {SWEPT, BUDGET_ENTRY_KIND_APPROPRIATION, 1, "2026-12-31", "entries/1"},
        {"lines/2026-general-0002", BUDGET_ENTRY_KIND_APPROPRIATION, 1, "2026-12-31"},
    };
    ask_post(at, entries, ARRAY_LENGTH(entries), answer);
}

/* A failing allocation must not turn a refusal into something else, either. */
static void sweep_refused(struct budget_fixture *at, struct budget_answer *answer)
{
    static const struct entry_short entry = {SWEPT, BUDGET_ENTRY_KIND_COMMITMENT, 5000,
                                             "2026-02-02"};
    ask_post(at, &entry, 1, answer);
    if (answer->status == FAILED_PRECONDITION) answer->status = OK;
}

static void sweep_reserve(struct budget_fixture *at, struct budget_answer *answer)
{
    budget_create_reservation_request in = BUDGET_CREATE_RESERVATION_REQUEST_INIT;
    in.request_id = string_borrow("hold");
    in.line = string_borrow(SWEPT);
    in.amount_won = 10;
    budget_ask(at, &budget_reservation_service_handlers, "CreateReservation", &in, answer);
}

static void sweep_commit(struct budget_fixture *at, struct budget_answer *answer)
{
    budget_post_reservation_request in = BUDGET_POST_RESERVATION_REQUEST_INIT;
    in.request_id = string_borrow("commit");
    in.name = swept_first;
    in.amount_won = 5;
    in.effective_date = string_borrow("2026-03-03");
    budget_ask(at, &budget_reservation_service_handlers, "PostReservation", &in, answer);
}

static void sweep_release(struct budget_fixture *at, struct budget_answer *answer)
{
    budget_release_reservation_request in = BUDGET_RELEASE_RESERVATION_REQUEST_INIT;
    in.request_id = string_borrow("release");
    in.name = swept_last;
    budget_ask(at, &budget_reservation_service_handlers, "ReleaseReservation", &in, answer);
}

static void sweep_get(struct budget_fixture *at, struct budget_answer *answer)
{
    budget_get_reservation_request in = BUDGET_GET_RESERVATION_REQUEST_INIT;
    in.name = swept_first;
    budget_ask(at, &budget_reservation_service_handlers, "GetReservation", &in, answer);
}

static void sweep_list(struct budget_fixture *at, struct budget_answer *answer)
{
    budget_list_reservations_request in = BUDGET_LIST_RESERVATIONS_REQUEST_INIT;
    in.page_size = 1;
    budget_ask(at, &budget_reservation_service_handlers, "ListReservations", &in, answer);
}

static void sweep_expire(struct budget_fixture *at, struct budget_answer *answer)
{
    bool more = false;
    calls_begin(&answer->call, at->db);
    answer->status = db_begin(at->db);
    if (answer->status != OK) return;
    answer->status = budget_expire_run(&at->budget, at->db, &answer->call.arena, &more);
    if (answer->status == OK) answer->status = db_commit(at->db);
    if (answer->status != OK) db_rollback(at->db);
}

/* Everything that a write may touch, as one number. */
static int64_t digest(struct budget_fixture *at)
{
    static const struct db_sql sql = {
        "digest", "SELECT (SELECT count(*) FROM budget_lines) * 7 + (SELECT count(*) FROM "
                  "budget_entries) * 1000 + (SELECT count(*) FROM budget_events) * 100000 + "
                  "(SELECT count(*) FROM budget_reservations) * 10000000 + (SELECT "
                  "coalesce(sum(state), 0) FROM budget_reservations) * 31 + (SELECT count(*) FROM "
                  "budget_days) * 13 + (SELECT count(closed_ms) FROM budget_lines) * 17 + (SELECT "
                  "count(*) FROM budget_closed_years) * 19"};
    int64_t number = 0;
    CU_ASSERT_EQUAL_FATAL(db_query_int_values(at->db, &number, &sql, NULL, 0), OK);
    return number;
}

static void sweep(struct budget_fixture *at, sweep_ask *ask)
{
    enum { ALLOCATIONS_MAX = 5000 };
    bool finished = false;
    for (long nth = 1; nth < ALLOCATIONS_MAX && !finished; nth++) {
        struct budget_answer answer;
        int64_t before = digest(at);
        (void)alloc_fail_at(nth);
        ask(at, &answer);
        (void)alloc_fail_at(0);
        if (answer.status != OK && answer.status != RESOURCE_EXHAUSTED)
            (void)printf("allocation %ld: %s %s\n", nth, status_name(answer.status),
                         answer.message);
        CU_ASSERT_TRUE(answer.status == OK || answer.status == RESOURCE_EXHAUSTED);
        if (answer.status != OK) CU_ASSERT_EQUAL(digest(at), before);
        finished = answer.status == OK;
        budget_answer_end(&answer);
    }
    CU_ASSERT_TRUE(finished);
}

static void survives_every_failed_allocation(void)
{
    struct budget_fixture at;
    char name[LINE_NAME_BYTES];
    clock_set_ms(1781449200000);
    budget_open_fixture(&at);
    budget_line_new(&at, "", 2026, "합계", name);
    budget_line_new(&at, SWEPT, 0, "과", name);
    (void)budget_post_one(
        &at, (struct entry_short){SWEPT, BUDGET_ENTRY_KIND_APPROPRIATION, 1000, "2026-01-01"});
    (void)budget_post_one(
        &at, (struct entry_short){SWEPT, BUDGET_ENTRY_KIND_COMMITMENT, 1, "2026-06-01"});
    static sweep_ask *const asks[] = {sweep_create,  sweep_post,    sweep_refused, sweep_reserve,
                                      sweep_reserve, sweep_reserve, sweep_get,     sweep_list,
                                      sweep_commit,  sweep_release};
    for (size_t i = 0; i < ARRAY_LENGTH(asks); i++) {
        swept_find(&at);
        sweep(&at, asks[i]);
    }
    clock_set_ms(1781449200000 + 3600 * 1000);
    sweep(&at, sweep_expire);
    sweep(&at, sweep_close);
    sweep(&at, sweep_year);
    clock_set_ms(0);
    budget_close_fixture(&at);
}

SUITE("budget line",
      {"adds lines behind their parent's last", adds_lines_behind_their_parents_last},
      {"refuses lines that make no sense", refuses_lines_that_make_no_sense},
      {"keeps funds apart", keeps_funds_apart},
      {"closes lines with those below", closes_lines_with_those_below},
      {"closes a bureau's year", closes_a_bureaus_year}, {"outlives imports", outlives_imports},
      {"survives every failed allocation", survives_every_failed_allocation})
