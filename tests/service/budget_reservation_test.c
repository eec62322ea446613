/* ReservationService over a real database file, and the job that lets reservations expire. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "budget_jobs.h"
#include "reservation.rpc.h"
#include "support/budget_ledgers.h"
#include "support/suite.h"

#define COMMITMENT BUDGET_ENTRY_KIND_COMMITMENT
#define ROOT "lines/2026-general-0001"
#define FAIR "lines/2026-general-0002"

/* 2026-06-15 in Seoul. */
enum { MINUTE_MS = 60 * 1000, QUARTER_MS = 15 * MINUTE_MS };
static const int64_t june_ms = INT64_C(1781449200000);

/* 축제 has 1,000 won from January 1, of which 300 are committed on March 2. */
static void open_fair(struct budget_fixture *at)
{
    char name[LINE_NAME_BYTES];
    clock_set_ms(june_ms);
    budget_open_fixture(at);
    CU_ASSERT_STRING_EQUAL(budget_line_new(at, "", 2026, "합계", name), ROOT);
    CU_ASSERT_STRING_EQUAL(budget_line_new(at, ROOT, 0, "축제", name), FAIR);
    (void)budget_post_one(
        at, (struct entry_short){FAIR, BUDGET_ENTRY_KIND_APPROPRIATION, 1000, "2026-01-01"});
    (void)budget_post_one(at, (struct entry_short){FAIR, COMMITMENT, 300, "2026-03-02"});
}

static void close_fair(struct budget_fixture *at)
{
    clock_set_ms(0);
    budget_close_fixture(at);
}

static void reserve(struct budget_fixture *at, const char *line, int64_t won, int64_t lifetime_s,
                    const char *subject, struct budget_answer *answer)
{
    budget_create_reservation_request in = BUDGET_CREATE_RESERVATION_REQUEST_INIT;
    in.request_id = string_borrow("reserve");
    in.line = string_borrow(line);
    in.amount_won = won;
    in.lifetime_seconds = lifetime_s;
    in.subject = string_borrow(subject);
    budget_ask(at, &budget_reservation_service_handlers, "CreateReservation", &in, answer);
}

/* One that must go. */
static void reserve_one(struct budget_fixture *at, int64_t won, int64_t lifetime_s,
                        const char *name)
{
    struct budget_answer answer;
    reserve(at, FAIR, won, lifetime_s, "placements/1", &answer);
    if (answer.status != OK) (void)printf("%s\n", answer.message);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    const budget_create_reservation_response *out = answer.out;
    CU_ASSERT_STRING_EQUAL(out->reservation->name, name);
    budget_answer_end(&answer);
}

static void post(struct budget_fixture *at, const char *name, int64_t won, const char *day,
                 struct budget_answer *answer)
{
    budget_post_reservation_request in = BUDGET_POST_RESERVATION_REQUEST_INIT;
    in.request_id = string_borrow("post");
    in.name = string_borrow(name);
    in.amount_won = won;
    in.effective_date = string_borrow(day);
    in.description = string_borrow("무대");
    budget_ask(at, &budget_reservation_service_handlers, "PostReservation", &in, answer);
}

static void release(struct budget_fixture *at, const char *name, struct budget_answer *answer)
{
    budget_release_reservation_request in = BUDGET_RELEASE_RESERVATION_REQUEST_INIT;
    in.request_id = string_borrow("release");
    in.name = string_borrow(name);
    budget_ask(at, &budget_reservation_service_handlers, "ReleaseReservation", &in, answer);
}

static budget_reservation_state state_of(struct budget_fixture *at, const char *name)
{
    struct budget_answer answer;
    budget_get_reservation_request in = BUDGET_GET_RESERVATION_REQUEST_INIT;
    in.name = string_borrow(name);
    budget_ask(at, &budget_reservation_service_handlers, "GetReservation", &in, &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    const budget_get_reservation_response *out = answer.out;
    budget_reservation_state state = out->reservation->state;
    CU_ASSERT_EQUAL(out->reservation->resolve_time == NULL, state == BUDGET_RESERVATION_STATE_OPEN);
    budget_answer_end(&answer);
    return state;
}

static void check_line(struct budget_fixture *at, const char *name, int64_t committed,
                       int64_t reserved)
{
    struct rpc_call call;
    struct line_record line;
    calls_begin(&call, at->db);
    CU_ASSERT_EQUAL_FATAL(line_get(at->db, &call.arena, name, &line), OK);
    CU_ASSERT_EQUAL(line.balance.won[AMOUNT_COMMITTED], committed);
    CU_ASSERT_EQUAL(line.reserved_won, reserved);
    calls_end(&call);
}

/* Runs the job until it has no more to do; how often it ran. */
static int run_job(struct budget_fixture *at)
{
    struct arena arena;
    bool more = true;
    int runs = 0;
    arena_init(&arena, CALLS_ARENA_BYTES_MAX);
    for (; more && runs < 10; runs++) {
        more = false;
        CU_ASSERT_EQUAL_FATAL(db_begin(at->db), OK);
        CU_ASSERT_EQUAL(budget_expire_run(&at->budget, at->db, &arena, &more), OK);
        CU_ASSERT_EQUAL(db_commit(at->db), OK);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return runs;
}

static void sets_money_aside(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    open_fair(&at);
    reserve(&at, FAIR, 400, 0, "placements/7", &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    const budget_reservation *made =
        ((const budget_create_reservation_response *)answer.out)->reservation;
    CU_ASSERT_STRING_EQUAL(made->name, "reservations/1");
    CU_ASSERT_STRING_EQUAL(made->line, FAIR);
    CU_ASSERT_STRING_EQUAL(made->subject, "placements/7");
    CU_ASSERT_EQUAL(made->amount_won, 400);
    CU_ASSERT_EQUAL(made->state, BUDGET_RESERVATION_STATE_OPEN);
    CU_ASSERT_EQUAL(made->create_time->seconds, june_ms / 1000);
    CU_ASSERT_EQUAL(made->expire_time->seconds, (june_ms + QUARTER_MS) / 1000);
    CU_ASSERT_PTR_NULL(made->resolve_time);
    CU_ASSERT_STRING_EQUAL(made->entry, "");
    budget_answer_end(&answer);
    check_line(&at, FAIR, 300, 400);
    check_line(&at, ROOT, 300, 400);
    close_fair(&at);
}

static void posts_in_whole_or_part_once(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    open_fair(&at);
    reserve_one(&at, 400, 0, "reservations/1");
    reserve_one(&at, 300, 0, "reservations/2");
    post(&at, "reservations/1", 150, "", &answer);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    const budget_post_reservation_response *out = answer.out;
    CU_ASSERT_EQUAL(out->reservation->state, BUDGET_RESERVATION_STATE_POSTED);
    CU_ASSERT_EQUAL(out->reservation->posted_won, 150);
    CU_ASSERT_STRING_EQUAL(out->reservation->entry, out->entry->name);
    CU_ASSERT_STRING_EQUAL(out->entry->reservation, "reservations/1");
    CU_ASSERT_STRING_EQUAL(out->entry->effective_date, "2026-06-15");
    CU_ASSERT_STRING_EQUAL(out->entry->description, "무대");
    CU_ASSERT_EQUAL(out->entry->kind, COMMITMENT);
    CU_ASSERT_EQUAL(out->entry->amount_won, 150);
    budget_answer_end(&answer);
    check_line(&at, FAIR, 450, 300);
    check_line(&at, ROOT, 450, 300);
    const struct budget_refused again = {FAILED_PRECONDITION, "RESERVATION_RESOLVED", "name",
                                         "reservations/1 was posted before"};
    post(&at, "reservations/1", 0, "", &answer);
    budget_check_refused(&answer, &again);
    budget_answer_end(&answer);
    release(&at, "reservations/1", &answer);
    budget_check_refused(&answer, &again);
    budget_answer_end(&answer);
    post(&at, "reservations/2", 0, "2026-06-01", &answer);
    CU_ASSERT_EQUAL(answer.status, OK);
    budget_answer_end(&answer);
    check_line(&at, FAIR, 750, 0);
    CU_ASSERT_EQUAL(state_of(&at, "reservations/2"), BUDGET_RESERVATION_STATE_POSTED);
    close_fair(&at);
}

static void releases_once(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    open_fair(&at);
    reserve_one(&at, 700, 0, "reservations/1");
    release(&at, "reservations/1", &answer);
    CU_ASSERT_EQUAL(answer.status, OK);
    budget_answer_end(&answer);
    check_line(&at, FAIR, 300, 0);
    CU_ASSERT_EQUAL(state_of(&at, "reservations/1"), BUDGET_RESERVATION_STATE_RELEASED);
    const struct budget_refused again = {FAILED_PRECONDITION, "RESERVATION_RESOLVED", "name",
                                         "reservations/1 was released before"};
    release(&at, "reservations/1", &answer);
    budget_check_refused(&answer, &again);
    budget_answer_end(&answer);
    post(&at, "reservations/1", 0, "", &answer);
    budget_check_refused(&answer, &again);
    budget_answer_end(&answer);
    close_fair(&at);
}

static void refuses_what_the_rules_forbid(void)
{
    static const struct {
        const char *line;
        int64_t won, lifetime_s;
        struct budget_refused refused;
    } made[] = {
        {"lines/2026-general-0009",
         1,
         0,
         {NOT_FOUND, "LINE_UNKNOWN", "line", "there is no lines/2026-general-0009"}},
        {FAIR,
         0,
         0,
         {INVALID_ARGUMENT, "", "amount_won",
          "amount_won: is 0 won; a reservation has at least 1"}},
        {FAIR,
         -7,
         0,
         {INVALID_ARGUMENT, "", "amount_won",
          "amount_won: is -7 won; a reservation has at least 1"}},
        {FAIR,
         301,
         0,
         {FAILED_PRECONDITION, "BALANCE_EXCEEDED", "amount_won",
          FAIR " has 300 won left beside 400 that are reserved; 301 are asked for"}},
    };
    static const struct {
        const char *name;
        int64_t won;
        const char *day;
        struct budget_refused refused;
    } posted[] = {
        {"reservations/9",
         0,
         "",
         {NOT_FOUND, "RESERVATION_UNKNOWN", "name", "there is no reservations/9"}},
        {"reservations/01",
         0,
         "",
         {NOT_FOUND, "RESERVATION_UNKNOWN", "name", "there is no reservations/01"}},
        {"reservations/1",
         401,
         "",
         {INVALID_ARGUMENT, "", "amount_won",
          "amount_won: is 401 won; of reservations/1 1 to 400 can be posted, 0 means all"}},
        {"reservations/1",
         -1,
         "",
         {INVALID_ARGUMENT, "", "amount_won",
          "amount_won: is -1 won; of reservations/1 1 to 400 can be posted, 0 means all"}},
        {"reservations/1",
         1,
         "2027-01-01",
         {INVALID_ARGUMENT, "DATE_OUTSIDE_YEAR", "effective_date",
          "effective_date: 2027-01-01 is outside fiscal year 2026 of " FAIR
          ": 2026-01-01 to 2026-12-31"}},
    };
    struct budget_fixture at;
    struct budget_answer answer;
    open_fair(&at);
    reserve_one(&at, 400, 0, "reservations/1");
    for (size_t i = 0; i < ARRAY_LENGTH(made); i++) {
        reserve(&at, made[i].line, made[i].won, made[i].lifetime_s, "", &answer);
        budget_check_refused(&answer, &made[i].refused);
        budget_answer_end(&answer);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(posted); i++) {
        post(&at, posted[i].name, posted[i].won, posted[i].day, &answer);
        budget_check_refused(&answer, &posted[i].refused);
        budget_answer_end(&answer);
    }
    /* Others' commitments leave what is reserved alone. */
    budget_post(&at, &(struct entry_short){FAIR, COMMITMENT, 301, "2026-06-15"}, 1, &answer);
    budget_check_refused(
        &answer,
        &(struct budget_refused){FAILED_PRECONDITION, "BALANCE_EXCEEDED", "entries[0].amount_won",
                                 FAIR " has 300 won left beside 400 that are reserved; 301 are "
                                      "asked for"});
    budget_answer_end(&answer);
    check_line(&at, FAIR, 300, 400);
    CU_ASSERT_EQUAL(state_of(&at, "reservations/1"), BUDGET_RESERVATION_STATE_OPEN);
    close_fair(&at);
}

/* A commitment may count from before the money was there for it. */
static void posts_within_what_each_day_leaves(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    open_fair(&at);
    (void)budget_post_one(
        &at, (struct entry_short){FAIR, BUDGET_ENTRY_KIND_SUPPLEMENTARY, 500, "2026-06-01"});
    reserve_one(&at, 1100, 0, "reservations/1");
    post(&at, "reservations/1", 701, "2026-05-01", &answer);
    budget_check_refused(&answer, &(struct budget_refused){
                                      FAILED_PRECONDITION, "BALANCE_EXCEEDED", "amount_won",
                                      FAIR " has 700 won left on 2026-05-01; 701 are asked for"});
    budget_answer_end(&answer);
    post(&at, "reservations/1", 700, "2026-05-01", &answer);
    CU_ASSERT_EQUAL(answer.status, OK);
    budget_answer_end(&answer);
    check_line(&at, FAIR, 1000, 0);
    close_fair(&at);
}

static void expires_at_its_instant(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    open_fair(&at);
    reserve_one(&at, 400, 60, "reservations/1");
    reserve_one(&at, 300, 0, "reservations/2");
    clock_set_ms(june_ms + MINUTE_MS - 1);
    CU_ASSERT_EQUAL(run_job(&at), 1);
    CU_ASSERT_EQUAL(state_of(&at, "reservations/1"), BUDGET_RESERVATION_STATE_OPEN);
    clock_set_ms(june_ms + MINUTE_MS);
    /* The job has not come by yet. */
    CU_ASSERT_EQUAL(state_of(&at, "reservations/1"), BUDGET_RESERVATION_STATE_EXPIRED);
    const struct budget_refused expired = {FAILED_PRECONDITION, "RESERVATION_RESOLVED", "name",
                                           "reservations/1 has expired"};
    post(&at, "reservations/1", 0, "", &answer);
    budget_check_refused(&answer, &expired);
    budget_answer_end(&answer);
    release(&at, "reservations/1", &answer);
    budget_check_refused(&answer, &expired);
    budget_answer_end(&answer);
    check_line(&at, FAIR, 300, 700);
    CU_ASSERT_EQUAL(run_job(&at), 1);
    check_line(&at, FAIR, 300, 300);
    check_line(&at, ROOT, 300, 300);
    CU_ASSERT_EQUAL(state_of(&at, "reservations/1"), BUDGET_RESERVATION_STATE_EXPIRED);
    CU_ASSERT_EQUAL(state_of(&at, "reservations/2"), BUDGET_RESERVATION_STATE_OPEN);
    post(&at, "reservations/1", 0, "", &answer);
    budget_check_refused(&answer, &expired);
    budget_answer_end(&answer);
    close_fair(&at);
}

/* Money is free again at the instant, not when the job comes by. */
static void stands_in_nobodys_way_once_expired(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    open_fair(&at);
    reserve_one(&at, 700, 60, "reservations/1");
    budget_post(&at, &(struct entry_short){FAIR, COMMITMENT, 500, "2026-06-15"}, 1, &answer);
    CU_ASSERT_STRING_EQUAL(answer.reason, "BALANCE_EXCEEDED");
    budget_answer_end(&answer);
    clock_set_ms(june_ms + MINUTE_MS);
    (void)budget_post_one(&at, (struct entry_short){FAIR, COMMITMENT, 500, "2026-06-15"});
    check_line(&at, FAIR, 800, 0);
    reserve_one(&at, 200, 60, "reservations/2");
    clock_set_ms(june_ms + 2 * MINUTE_MS);
    reserve_one(&at, 200, 60, "reservations/3");
    check_line(&at, FAIR, 800, 200);
    close_fair(&at);
}

static void expires_many_in_pages(void)
{
    enum { MANY = 501 };
    struct budget_fixture at;
    open_fair(&at);
    for (int i = 1; i <= MANY; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "reservations/%d", i);
        reserve_one(&at, 1, 60, name);
    }
    check_line(&at, ROOT, 300, MANY);
    clock_set_ms(june_ms + MINUTE_MS);
    CU_ASSERT_EQUAL(run_job(&at), 2);
    check_line(&at, ROOT, 300, 0);
    check_line(&at, FAIR, 300, 0);
    close_fair(&at);
}

/* How many reservations a list has, in pages of two. */
static int list(struct budget_fixture *at, const char *line, budget_reservation_state state,
                const char *subject)
{
    budget_list_reservations_request in = BUDGET_LIST_RESERVATIONS_REQUEST_INIT;
    char token[64] = "";
    int count = 0;
    in.line = string_borrow(line);
    in.state = state;
    in.subject = string_borrow(subject);
    in.page_size = 2;
    for (int page = 0; page < 10; page++) {
        struct budget_answer answer;
        in.page_token = token;
        budget_ask(at, &budget_reservation_service_handlers, "ListReservations", &in, &answer);
        CU_ASSERT_EQUAL_FATAL(answer.status, OK);
        const budget_list_reservations_response *out = answer.out;
        CU_ASSERT_TRUE(out->n_reservations <= 2);
        count += (int)out->n_reservations;
        (void)snprintf(token, sizeof token, "%s", out->next_page_token);
        budget_answer_end(&answer);
        if (token[0] == '\0') return count;
    }
    return -1;
}

static void lists_by_line_state_and_subject(void)
{
    struct budget_fixture at;
    struct budget_answer answer;
    char other[LINE_NAME_BYTES];
    open_fair(&at);
    budget_line_new(&at, ROOT, 0, "보도", other);
    (void)budget_post_one(
        &at, (struct entry_short){other, BUDGET_ENTRY_KIND_APPROPRIATION, 9, "2026-01-01"});
    for (int i = 1; i <= 5; i++) {
        reserve(&at, i == 5 ? other : FAIR, 1, i == 4 ? 60 : 0, i % 2 == 0 ? "a" : "b", &answer);
        CU_ASSERT_EQUAL(answer.status, OK);
        budget_answer_end(&answer);
    }
    post(&at, "reservations/1", 0, "", &answer);
    budget_answer_end(&answer);
    release(&at, "reservations/2", &answer);
    budget_answer_end(&answer);
    clock_set_ms(june_ms + MINUTE_MS); /* The fourth has expired; the job has not come by. */
    for (int round = 0; round < 2; round++) {
        CU_ASSERT_EQUAL(list(&at, "", 0, ""), 5);
        CU_ASSERT_EQUAL(list(&at, FAIR, 0, ""), 4);
        CU_ASSERT_EQUAL(list(&at, other, 0, ""), 1);
        CU_ASSERT_EQUAL(list(&at, "lines/none", 0, ""), 0);
        CU_ASSERT_EQUAL(list(&at, "", 0, "a"), 2);
        CU_ASSERT_EQUAL(list(&at, FAIR, 0, "b"), 2);
        CU_ASSERT_EQUAL(list(&at, "", BUDGET_RESERVATION_STATE_OPEN, ""), 2);
        CU_ASSERT_EQUAL(list(&at, FAIR, BUDGET_RESERVATION_STATE_OPEN, ""), 1);
        CU_ASSERT_EQUAL(list(&at, "", BUDGET_RESERVATION_STATE_EXPIRED, ""), 1);
        CU_ASSERT_EQUAL(list(&at, "", BUDGET_RESERVATION_STATE_EXPIRED, "a"), 1);
        CU_ASSERT_EQUAL(list(&at, "", BUDGET_RESERVATION_STATE_RELEASED, "a"), 1);
        CU_ASSERT_EQUAL(list(&at, "", BUDGET_RESERVATION_STATE_POSTED, "a"), 0);
        (void)run_job(&at);
    }
    budget_list_reservations_request in = BUDGET_LIST_RESERVATIONS_REQUEST_INIT;
    in.page_token = string_borrow("x");
    budget_ask(&at, &budget_reservation_service_handlers, "ListReservations", &in, &answer);
    CU_ASSERT_EQUAL(answer.status, INVALID_ARGUMENT);
    CU_ASSERT_STRING_EQUAL(answer.field, "page_token");
    budget_answer_end(&answer);
    close_fair(&at);
}

SUITE("budget reservation", {"sets money aside", sets_money_aside},
      {"posts in whole or part, once", posts_in_whole_or_part_once},
      {"releases once", releases_once},
      {"refuses what the rules forbid", refuses_what_the_rules_forbid},
      {"posts within what each day leaves", posts_within_what_each_day_leaves},
      {"expires at its instant", expires_at_its_instant},
      {"stands in nobody's way once expired", stands_in_nobodys_way_once_expired},
      {"expires many in pages", expires_many_in_pages},
      {"lists by line, state and subject", lists_by_line_state_and_subject})
