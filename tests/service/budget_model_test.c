/* Thousands of random entries, corrections and reservations, each answered as a small model answers
 * it; after them every balance, and every day of the year, is what the model says. The model knows
 * nothing but what each line's accounts moved on each day, and adds it up anew for each question.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "budget_jobs.h"
#include "reservation.rpc.h"
#include "support/budget_ledgers.h"
#include "support/budget_reports.h"
#include "support/suite.h"

enum {
    YEAR = 2026,
    DAYS = 365,
    LINES = 8,
    BATCH_MOST = 6,
    ENTRIES_MAX = 20000,
    RESERVATIONS_MAX = 4000,
    STEPS = 2500,
    CURRENT = 0,
    COMMITTED = 1,
    SPENT = 2,
    ACCOUNTS = 3,
    MINUTE_MS = 60 * 1000,
};

/* The tree: a root, two departments, projects below. */
static const int above[LINES] = {-1, 0, 1, 1, 1, 0, 5, 5};
static const int64_t begin_ms = INT64_C(1776000000000); /* In April. */

struct model_entry {
    int64_t id;
    int line, kind;
    int64_t won, taken;
    bool correction;
};

struct model_reservation {
    int64_t id;
    int line;
    int64_t won, expires_ms;
    bool open;
};

/* What a refused write leaves alone. */
struct model_money {
    int64_t moved[LINES][ACCOUNTS][DAYS];
    struct model_entry entries[ENTRIES_MAX];
    int entry_count;
};

struct model {
    struct model_money money, before;
    struct model_reservation reservations[RESERVATIONS_MAX];
    int reservation_count;
    int64_t now_ms;
    char names[LINES][LINE_NAME_BYTES];
    uint64_t random;
    int kept, refused;
};

static struct model model;

/* splitmix64. */
static uint64_t random_next(void)
{
    uint64_t z = (model.random += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static int random_below(int bound)
{
    return (int)(random_next() % (uint64_t)bound);
}

static int32_t first_day(void)
{
    struct date first;
    CU_ASSERT_TRUE_FATAL(date_from_parts((struct date_parts){YEAR, 1, 1}, &first));
    return first.days;
}

static int today(void)
{
    return date_from_instant(model.now_ms).days - first_day();
}

static int64_t own(int line, int account, int day)
{
    int64_t sum = 0;
    for (int i = 0; i <= day; i++)
        sum += model.money.moved[line][account][i];
    return sum;
}

static int64_t reserved(int line)
{
    int64_t sum = 0;
    for (int i = 0; i < model.reservation_count; i++) {
        const struct model_reservation *one = &model.reservations[i];
        if (one->open && one->line == line && one->expires_ms > model.now_ms) sum += one->won;
    }
    return sum;
}

/* Whether a movement leaves the line in order on every day from one on. */
static bool in_order(int line, int account, int64_t won, int day, int64_t set_aside)
{
    for (int i = day; i < DAYS; i++) {
        int64_t current = own(line, CURRENT, i);
        int64_t committed = own(line, COMMITTED, i);
        int64_t spent = own(line, SPENT, i);
        if (account == CURRENT && won < 0 && current + won < committed + set_aside) return false;
        if (account == COMMITTED && won > 0 && current < committed + won + set_aside) return false;
        if (account == COMMITTED && won < 0 && committed + won < spent) return false;
        if (account == SPENT && won > 0 && committed < spent + won) return false;
        if (account == SPENT && won < 0 && spent + won < 0) return false;
    }
    return true;
}

static int account_of(int kind)
{
    static const int accounts[] = {-1,      CURRENT, CURRENT, COMMITTED, SPENT,
                                   CURRENT, CURRENT, CURRENT, COMMITTED, SPENT};
    return accounts[kind];
}

static int64_t sign_of(int kind)
{
    return kind >= 7 ? -1 : 1;
}

/* One entry of a batch; its answer's reason, "" where it goes. */
struct wish {
    int line, kind, day, corrects; /* Index of an entry, -1: none. */
    int64_t won;
};

static const char *entry_apply(const struct wish *wish)
{
    struct model_money *money = &model.money;
    struct model_entry *corrected = wish->corrects < 0 ? NULL : &money->entries[wish->corrects];
    int account = account_of(wish->kind);
    int64_t won = sign_of(wish->kind) * (corrected == NULL ? wish->won : -wish->won);
    if (corrected != NULL && corrected->correction) return "NOT_CORRECTABLE";
    if (corrected != NULL && corrected->won < corrected->taken + wish->won)
        return "CORRECTED_ALREADY";
    if (!in_order(wish->line, account, won, wish->day, reserved(wish->line)))
        return "BALANCE_EXCEEDED";
    money->moved[wish->line][account][wish->day] += won;
    if (corrected != NULL) corrected->taken += wish->won;
    CU_ASSERT_FATAL(money->entry_count < ENTRIES_MAX);
    money->entries[money->entry_count++] = (struct model_entry){
        .line = wish->line, .kind = wish->kind, .won = wish->won, .correction = corrected != NULL};
    return "";
}

/* What the batch should be answered. */
static const char *batch_apply(const struct wish *wishes, int count)
{
    const char *reason = "";
    int64_t moved = 0;
    model.before = model.money;
    for (int i = 0; i < count && reason[0] == '\0'; i++) {
        int64_t won = wishes[i].corrects < 0 ? wishes[i].won : -wishes[i].won;
        if (wishes[i].kind == BUDGET_ENTRY_KIND_TRANSFER_IN) moved += won;
        if (wishes[i].kind == BUDGET_ENTRY_KIND_TRANSFER_OUT) moved -= won;
        reason = entry_apply(&wishes[i]);
    }
    if (reason[0] == '\0' && moved != 0) reason = "UNBALANCED";
    if (reason[0] != '\0') model.money = model.before;
    return reason;
}

static void day_name(int day, char name[static DATE_STRING_BYTES])
{
    date_format((struct date){first_day() + day}, name);
}

static struct wish wish_random(void)
{
    static const int64_t sizes[] = {1, 10, 100, 1000, 100000};
    struct wish wish = {.line = random_below(LINES),
                        .kind = 1 + random_below(9),
                        .day = random_below(3) == 0 ? random_below(DAYS) : today(),
                        .corrects = -1,
                        .won = 1 + random_below(1000) * sizes[random_below(5)]};
    if (wish.kind == BUDGET_ENTRY_KIND_APPROPRIATION) wish.won *= 10;
    bool corrects = random_below(5) == 0 && model.money.entry_count > 0;
    if (!corrects) return wish;
    wish.corrects = random_below(model.money.entry_count);
    wish.line = model.money.entries[wish.corrects].line;
    wish.kind = model.money.entries[wish.corrects].kind;
    if (random_below(2) == 0) wish.won = model.money.entries[wish.corrects].won;
    return wish;
}

static void check_answer(const struct budget_answer *answer, const char *reason)
{
    bool same = strcmp(answer->reason, reason) == 0;
    if (!same || (answer->status == OK) != (reason[0] == '\0'))
        (void)printf("answered %s %s (%s), not %s\n", status_name(answer->status), answer->reason,
                     answer->message, reason);
    CU_ASSERT_TRUE_FATAL(same && (answer->status == OK) == (reason[0] == '\0'));
    model.kept += answer->status == OK;
    model.refused += answer->status != OK;
}

static void step_post(struct budget_fixture *at)
{
    struct wish wishes[BATCH_MOST];
    struct entry_short entries[BATCH_MOST];
    char days[BATCH_MOST][DATE_STRING_BYTES];
    char names[BATCH_MOST][32];
    struct budget_answer answer;
    int count = 1 + (random_below(2) == 0 ? random_below(BATCH_MOST) : 0);
    for (int i = 0; i < count; i++) {
        wishes[i] = wish_random();
        if (i > 0 && wishes[i - 1].kind == BUDGET_ENTRY_KIND_TRANSFER_OUT &&
            wishes[i - 1].corrects < 0 && random_below(4) > 0)
            wishes[i] = (struct wish){random_below(LINES), BUDGET_ENTRY_KIND_TRANSFER_IN, today(),
                                      -1, wishes[i - 1].won};
        day_name(wishes[i].day, days[i]);
        names[i][0] = '\0';
        if (wishes[i].corrects >= 0)
            (void)snprintf(names[i], sizeof names[i], "entries/%lld",
                           (long long)model.money.entries[wishes[i].corrects].id);
        entries[i] = (struct entry_short){.line = model.names[wishes[i].line],
                                          .kind = (budget_entry_kind)wishes[i].kind,
                                          .won = wishes[i].won,
                                          .day = days[i],
                                          .corrects = names[i]};
        bool carried = wishes[i].kind == BUDGET_ENTRY_KIND_CARRY_OVER && wishes[i].corrects < 0;
        if (carried) entries[i].carry_over_type = BUDGET_CARRY_OVER_TYPE_EXPRESS;
        if (carried) entries[i].origin_year = YEAR - 1;
    }
    int first = model.money.entry_count;
    const char *reason = batch_apply(wishes, count);
    budget_post(at, entries, (size_t)count, &answer);
    check_answer(&answer, reason);
    const budget_post_entries_response *out = answer.out;
    for (int i = 0; answer.status == OK && i < count; i++)
        model.money.entries[first + i].id =
            strtoll(out->entries[i]->name + strlen("entries/"), NULL, 10);
    budget_answer_end(&answer);
}

static void step_reserve(struct budget_fixture *at)
{
    struct budget_answer answer;
    budget_create_reservation_request in = BUDGET_CREATE_RESERVATION_REQUEST_INIT;
    int line = random_below(LINES);
    int64_t won = 1 + random_below(200000);
    in.request_id = string_borrow("reserve");
    in.line = string_borrow(model.names[line]);
    in.amount_won = won;
    in.lifetime_seconds = 60 * (1 + random_below(60));
    /* It asks for what a commitment of today would. */
    const char *reason =
        in_order(line, COMMITTED, won, today(), reserved(line)) ? "" : "BALANCE_EXCEEDED";
    budget_ask(at, &budget_reservation_service_handlers, "CreateReservation", &in, &answer);
    check_answer(&answer, reason);
    if (answer.status == OK) {
        const budget_create_reservation_response *out = answer.out;
        CU_ASSERT_FATAL(model.reservation_count < RESERVATIONS_MAX);
        model.reservations[model.reservation_count++] = (struct model_reservation){
            .id = strtoll(out->reservation->name + strlen("reservations/"), NULL, 10),
            .line = line,
            .won = won,
            .expires_ms = model.now_ms + in.lifetime_seconds * 1000,
            .open = true};
    }
    budget_answer_end(&answer);
}

/* A reservation among the last. */
static struct model_reservation *reservation_random(char name[static 40])
{
    if (model.reservation_count == 0) return NULL;
    int last = model.reservation_count < 20 ? model.reservation_count : 20;
    struct model_reservation *one =
        &model.reservations[model.reservation_count - 1 - random_below(last)];
    (void)snprintf(name, 40, "reservations/%lld", (long long)one->id);
    return one;
}

static void step_commit(struct budget_fixture *at)
{
    char name[40];
    char day[DATE_STRING_BYTES];
    struct budget_answer answer;
    budget_post_reservation_request in = BUDGET_POST_RESERVATION_REQUEST_INIT;
    struct model_reservation *one = reservation_random(name);
    if (one == NULL) return;
    int64_t won = random_below(2) == 0 ? one->won : 1 + random_below((int)one->won);
    int on = random_below(3) == 0 ? random_below(DAYS) : today();
    day_name(on, day);
    in.request_id = string_borrow("commit");
    in.name = string_borrow(name);
    in.amount_won = won == one->won ? 0 : won;
    in.effective_date = string_borrow(day);
    bool open = one->open && one->expires_ms > model.now_ms;
    const char *reason = "";
    if (!open)
        reason = "RESERVATION_RESOLVED";
    else if (!in_order(one->line, COMMITTED, won, on, reserved(one->line) - one->won))
        reason = "BALANCE_EXCEEDED";
    budget_ask(at, &budget_reservation_service_handlers, "PostReservation", &in, &answer);
    check_answer(&answer, reason);
    if (answer.status == OK) {
        const budget_post_reservation_response *out = answer.out;
        one->open = false;
        model.money.moved[one->line][COMMITTED][on] += won;
        model.money.entries[model.money.entry_count++] =
            (struct model_entry){.id = strtoll(out->entry->name + strlen("entries/"), NULL, 10),
                                 .line = one->line,
                                 .kind = BUDGET_ENTRY_KIND_COMMITMENT,
                                 .won = won};
    }
    budget_answer_end(&answer);
}

static void step_release(struct budget_fixture *at)
{
    char name[40];
    struct budget_answer answer;
    budget_release_reservation_request in = BUDGET_RELEASE_RESERVATION_REQUEST_INIT;
    struct model_reservation *one = reservation_random(name);
    if (one == NULL) return;
    in.request_id = string_borrow("release");
    in.name = string_borrow(name);
    bool open = one->open && one->expires_ms > model.now_ms;
    budget_ask(at, &budget_reservation_service_handlers, "ReleaseReservation", &in, &answer);
    check_answer(&answer, open ? "" : "RESERVATION_RESOLVED");
    if (open) one->open = false;
    budget_answer_end(&answer);
}

static void step_job(struct budget_fixture *at)
{
    struct arena arena;
    bool more = false;
    arena_init(&arena, CALLS_ARENA_BYTES_MAX);
    CU_ASSERT_EQUAL_FATAL(db_begin(at->db), OK);
    CU_ASSERT_EQUAL(budget_expire_run(&at->budget, at->db, &arena, &more), OK);
    CU_ASSERT_EQUAL(db_commit(at->db), OK);
    arena_free(&arena);
    CU_ASSERT_FALSE(more);
}

/* Of a line and all below it, on a day. */
static int64_t total(int line, int account, int day)
{
    int64_t sum = own(line, account, day);
    for (int i = line + 1; i < LINES; i++) {
        if (above[i] == line) sum += total(i, account, day);
    }
    return sum;
}

static int64_t total_reserved(int line)
{
    int64_t sum = reserved(line);
    for (int i = line + 1; i < LINES; i++) {
        if (above[i] == line) sum += total_reserved(i);
    }
    return sum;
}

/* The balances as GetLine shows them; what has expired is free once the job has run. */
static void check_lines(struct budget_fixture *at)
{
    struct rpc_call call;
    step_job(at);
    calls_begin(&call, at->db);
    for (int i = 0; i < LINES; i++) {
        struct line_record line;
        CU_ASSERT_EQUAL_FATAL(line_get(at->db, &call.arena, model.names[i], &line), OK);
        for (int a = 0; a < ACCOUNTS; a++)
            CU_ASSERT_EQUAL(line.balance.won[a], total(i, a, DAYS - 1));
        CU_ASSERT_EQUAL(line.reserved_won, total_reserved(i));
    }
    calls_end(&call);
}

/* A day as GetExecution shows it. */
static void check_day(struct budget_fixture *at, int day)
{
    struct rpc_call call;
    char name[DATE_STRING_BYTES];
    budget_get_execution_response out;
    day_name(day, name);
    calls_begin(&call, at->db);
    CU_ASSERT_EQUAL_FATAL(budget_ask_execution(&call, at, name, "", &out), OK);
    for (size_t r = 0; r < out.n_rows; r++) {
        for (int i = 0; i < LINES; i++) {
            if (strcmp(model.names[i], out.rows[r]->line) != 0) continue;
            CU_ASSERT_EQUAL(out.rows[r]->current_won, total(i, CURRENT, day));
            CU_ASSERT_EQUAL(out.rows[r]->committed_won, total(i, COMMITTED, day));
            CU_ASSERT_EQUAL(out.rows[r]->spent_won, total(i, SPENT, day));
        }
    }
    if (day == DAYS - 1) CU_ASSERT_EQUAL(out.n_rows, LINES);
    calls_end(&call);
}

static void open_tree(struct budget_fixture *at, uint64_t seed)
{
    memset(&model, 0, sizeof model);
    model.random = seed;
    model.now_ms = begin_ms;
    clock_set_ms(model.now_ms);
    budget_open_fixture(at);
    for (int i = 0; i < LINES; i++) {
        char label[16];
        (void)snprintf(label, sizeof label, "과제 %d", i);
        budget_line_new(at, above[i] < 0 ? "" : model.names[above[i]], YEAR, label, model.names[i]);
    }
}

static void answers_as_the_model_does(void)
{
    static void (*const steps[])(struct budget_fixture *) = {
        step_post, step_post, step_post, step_reserve, step_commit, step_release, step_job};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct budget_fixture at;
        open_tree(&at, seed);
        for (int i = 0; i < STEPS; i++) {
            model.now_ms += random_below(20) * MINUTE_MS / 4;
            clock_set_ms(model.now_ms);
            steps[random_below(ARRAY_LENGTH(steps))](&at);
            if (i % 100 == 0) check_lines(&at);
            if (i % 20 == 0) check_day(&at, random_below(DAYS));
        }
        check_lines(&at);
        for (int day = 0; day < DAYS; day++)
            check_day(&at, day);
        (void)printf("seed %d: %d kept, %d refused\n", (int)seed, model.kept, model.refused);
        CU_ASSERT_TRUE(model.kept > STEPS / 4 && model.refused > STEPS / 10);
        clock_set_ms(0);
        budget_close_fixture(&at);
    }
}

SUITE("budget model", {"answers as the model does", answers_as_the_model_does})
