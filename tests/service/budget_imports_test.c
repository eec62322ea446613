/* Reports that are imported into a ledger which calls write as well, and that are corrected:
 * nothing is counted twice, nothing is lost, and what was known before is still shown. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "support/budget_made.h"
#include "support/budget_reports.h"
#include "support/suite.h"

enum { STEPS = 40, DAYS = 4, SHOWN_BYTES = 4096, LABEL_BYTES = 64 };

static const struct snapshot_case empty = {"gwangju-2024-04", "소통관", "2024-03-31", 'a',
                                           ROWS("|||")};
static const struct snapshot_case wrong = {"gwangju-2024-04", "소통관", "2024-03-31", 'a',
                                           ROWS("합계|8,123|2,001|1,456|26.9%",
                                                "홍보과|4,023|501|0|0.0%",
                                                "없던 과|4,100|1,500|1,456|35.5%")};
static const char wrong_shown[] =
    "0 합계 8123 2001 1456; 1 홍보과 4023 501 0; 1 없던 과 4100 1500 1456";

/* The store keeps a statement as long as the connection lives, and so does the fixture's arena. */
static int64_t number_of(struct budget_fixture *at, const char *statement)
{
    int64_t number = -1;
    struct db_sql *sql = arena_alloc(&at->arena, sizeof *sql);
    CU_ASSERT_PTR_NOT_NULL_FATAL(sql);
    *sql = (struct db_sql){"number", statement};
    CU_ASSERT_EQUAL(db_query_int_values(at->db, &number, sql, NULL, 0), OK);
    return number;
}

/* The execution table as of a day, as known at an instant (0: now), as a text. */
static void show(struct budget_fixture *at, const char *as_of, int64_t known_ms,
                 char shown[static SHOWN_BYTES])
{
    struct rpc_call call;
    budget_get_execution_request in = BUDGET_GET_EXECUTION_REQUEST_INIT;
    budget_get_execution_response out = BUDGET_GET_EXECUTION_RESPONSE_INIT;
    protobuf_timestamp known_at = PROTOBUF_TIMESTAMP_INIT;
    known_at.seconds = known_ms / 1000;
    known_at.nanos = (int32_t)(known_ms % 1000) * 1000000;
    in.as_of = string_borrow(as_of);
    if (known_ms != 0) in.known_at = &known_at;
    calls_begin(&call, at->db);
    CU_ASSERT_EQUAL_FATAL(budget_get_execution(&at->budget, &call, &in, &out), OK);
    size_t used = 0;
    shown[0] = '\0';
    for (size_t i = 0; i < out.n_rows && used < SHOWN_BYTES; i++)
        used += (size_t)snprintf(shown + used, SHOWN_BYTES - used, "%s%d %s %lld %lld %lld",
                                 i == 0 ? "" : "; ", out.rows[i]->depth, out.rows[i]->label,
                                 (long long)out.rows[i]->current_won / THOUSAND,
                                 (long long)out.rows[i]->committed_won / THOUSAND,
                                 (long long)out.rows[i]->spent_won / THOUSAND);
    CU_ASSERT_TRUE(used < SHOWN_BYTES);
    calls_end(&call);
}

static void check_known(struct budget_fixture *at, const char *as_of, int64_t known_ms,
                        const char *expected)
{
    char shown[SHOWN_BYTES];
    show(at, as_of, known_ms, shown);
    if (strcmp(shown, expected) != 0)
        (void)printf("%s as known at %lld:\n  %s, not\n  %s\n", as_of, (long long)known_ms, shown,
                     expected);
    CU_ASSERT_STRING_EQUAL(shown, expected);
}

static void keeps_what_was_known_before_a_correction(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    const struct {
        struct snapshot_case report;
        const char *march, *june;
    } steps[] = {
        {budget_march, budget_march_shown, budget_march_shown},
        {budget_june, budget_march_shown, budget_june_shown},
        {wrong, wrong_shown, budget_june_shown},
        {budget_march, budget_march_shown, budget_june_shown},
        {empty, "", budget_june_shown},
        {wrong, wrong_shown, budget_june_shown},
        {budget_march, budget_march_shown, budget_june_shown},
    };
    int64_t begin_ms = clock_now_ms();
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        clock_set_ms(begin_ms + 10 * (int64_t)(i + 1));
        CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, steps[i].report), OK);
        check_known(&at, "2024-03-31", 0, steps[i].march);
        check_known(&at, "2024-06-30", 0, steps[i].june);
    }
    check_known(&at, "2024-06-30", begin_ms, "");
    for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
        int64_t at_ms = begin_ms + 10 * (int64_t)(i + 1);
        check_known(&at, "2024-03-30", at_ms, "");
        check_known(&at, "2024-03-31", at_ms, steps[i].march);
        check_known(&at, "2024-06-30", at_ms + 9, steps[i].june);
    }
    /* The same report again writes nothing: no entry, no event, no past. */
    int64_t entries = number_of(&at, "SELECT count(*) FROM budget_entries");
    int64_t events = number_of(&at, "SELECT count(*) FROM budget_events");
    int64_t pasts = number_of(&at, "SELECT count(*) FROM budget_line_pasts");
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    CU_ASSERT_EQUAL(number_of(&at, "SELECT count(*) FROM budget_entries"), entries);
    CU_ASSERT_EQUAL(number_of(&at, "SELECT count(*) FROM budget_events"), events);
    CU_ASSERT_EQUAL(number_of(&at, "SELECT count(*) FROM budget_line_pasts"), pasts);
    clock_set_ms(0);
    budget_close_fixture(&at);
}

/* A bureau records its work line by line, and then imports its own report of it. */
static void counts_nobodys_work_twice(void)
{
    static const struct {
        const char *path, *label;
        int32_t depth;
        const char *parent;
        int64_t current, committed, spent;
    } made[] = {
        {"/계", "합계", 0, NULL, 0, 0, 0},
        {"/계/홍보과", "홍보과", 1, "/계", 0, 0, 0},
        {"/계/홍보과/시정홍보", "시정 홍보", 2, "/계/홍보과", 3022, 1400, 900},
        {"/계/홍보과/기본경비", "기본경비", 2, "/계/홍보과", 2001, 101, 100},
        {"/계/소통과", "소통과", 1, "/계", 4000, 1500, 0},
    };
    struct budget_fixture at;
    budget_open_fixture(&at);
    for (size_t i = 0; i < ARRAY_LENGTH(made); i++) {
        const struct made_line line = {
            .publisher = "소통관",
            .path = made[i].path,
            .label = made[i].label,
            .fiscal_year = 2024,
            .depth = made[i].depth,
            .position = (int32_t)i + 1,
            .parent_id = made[i].parent == NULL ? 0 : budget_line_id(&at, made[i].parent),
            .created_ms = 1};
        int64_t id = budget_make_line(&at, &line);
        if (made[i].current == 0) continue;
        const int64_t won[] = {made[i].current, made[i].committed, made[i].spent};
        static const enum entry_kind kinds[] = {ENTRY_APPROPRIATION, ENTRY_COMMITMENT,
                                                ENTRY_EXPENDITURE};
        for (size_t k = 0; k < ARRAY_LENGTH(kinds); k++) {
            if (won[k] == 0) continue;
            (void)budget_post(&at, (struct posted){.line_id = id,
                                                   .kind = kinds[k],
                                                   .won = won[k] * THOUSAND,
                                                   .day = k == 0 ? "2024-01-01" : "2024-02-10"});
        }
    }
    int64_t recorded = number_of(&at, "SELECT count(*) FROM budget_entries");
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    budget_check_execution(&at, "2024-03-31", "", budget_march_shown);
    CU_ASSERT_EQUAL(number_of(&at, "SELECT count(*) FROM budget_lines"), ARRAY_LENGTH(made));
    /* Only what 소통과 prints beyond what it recorded, and nothing of the rest. */
    CU_ASSERT_EQUAL(number_of(&at, "SELECT count(*) FROM budget_entries"), recorded + 2);
    CU_ASSERT_EQUAL(number_of(&at, "SELECT sum(amount_won) FROM budget_entries "
                                   "WHERE reading_id IS NOT NULL"),
                    (100 + 1456) * THOUSAND);
    /* June prints a line less: what was recorded of it stands, and the total is as printed. */
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    budget_check_execution(&at, "2024-03-31", "", budget_march_shown);
    budget_check_execution(&at, "2024-06-30", "",
                           "0 합계 9623 5002 4456; 1 홍보과 5523 2501 2000; 2 시정 홍보 3022 1900 "
                           "1700; 2 축제 2501 601 300; 2 기본경비 2001 101 100; 1 소통과 4100 2500 "
                           "2456");
    /* Without the reports what was recorded is left. */
    struct snapshot_case none = budget_june;
    none.rows = empty.rows;
    none.row_count = empty.row_count;
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, empty), OK);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, none), OK);
    budget_check_execution(&at, "2024-12-31", "",
                           "0 합계 9023 3001 1000; 1 홍보과 5023 1501 1000; 2 시정 홍보 3022 1400 "
                           "900; 2 기본경비 2001 101 100; 1 소통과 4000 1500 0");
    CU_ASSERT_EQUAL(number_of(&at, "SELECT sum(amount_won) FROM budget_entries "
                                   "WHERE reading_id IS NOT NULL"),
                    0);
    budget_close_fixture(&at);
}

/* What a person took back of a report's entry stays taken back when a report is read again. */
static void leaves_corrected_what_a_call_corrected(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    int64_t line = budget_line_id(&at, "/계/소통과");
    int64_t entry = number_of(&at, "SELECT entry.id FROM budget_entries AS entry JOIN "
                                   "budget_lines AS line ON line.id = entry.line_id "
                                   "WHERE kind = 4 AND path = '/계/소통과'");
    (void)budget_post(&at, (struct posted){.line_id = line,
                                           .kind = ENTRY_EXPENDITURE,
                                           .won = -456 * THOUSAND,
                                           .day = "2024-03-31",
                                           .corrects = entry});
    static const char corrected[] = "0 합계 9123 3001 2000; 1 홍보과 5023 1501 1000; 2 시정 홍보 "
                                    "3022 1400 900; 2 기본경비 2001 101 100; 1 소통과 4100 1500 "
                                    "1000";
    budget_check_execution(&at, "2024-03-31", "", corrected);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    budget_check_execution(&at, "2024-03-31", "", corrected);
    /* A later report says what the lines stand at on its own day. */
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    budget_check_execution(&at, "2024-03-31", "", corrected);
    budget_check_execution(&at, "2024-06-30", "", budget_june_shown);
    /* What the report no longer means is taken back to nothing, not below. */
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, wrong), OK);
    budget_check_execution(&at, "2024-06-30", "", budget_june_shown);
    CU_ASSERT_EQUAL(number_of(&at, "SELECT sum(amount_won) FROM budget_entries AS entry "
                                   "JOIN budget_lines AS line ON line.id = entry.line_id WHERE "
                                   "path = '/계/소통과' AND effective_date = '2024-03-31'"),
                    0);
    budget_close_fixture(&at);
}

/* The tables that were shown after each step of a random history. */
struct history {
    int64_t ms[STEPS];
    char shown[STEPS][DAYS][SHOWN_BYTES];
};
static struct history history;
static const char *const days[DAYS] = {"2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"};

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* A report of a random day of those above, with random lines and amounts that add up. */
static enum status put_random(struct budget_fixture *at, uint32_t *seed)
{
    enum { DEPARTMENTS = 3, PROJECTS = 3, ROWS_MAX = 2 + DEPARTMENTS * (1 + PROJECTS) };
    static char rows[ROWS_MAX][LABEL_BYTES * 2];
    const char *printed[ROWS_MAX + 1] = {"부서/사업명|예산현액|원인행위액|집행액"};
    static const char *const departments[] = {"홍보과", "소통과", "브랜드과"};
    static const char *const projects[] = {"축제", "영상", "여론조사"};
    size_t day = next(seed) % DAYS;
    long total[3] = {0};
    size_t count = 2; /* The headings and the total. */
    for (size_t d = 0; d < DEPARTMENTS; d++) {
        long sums[3] = {0};
        size_t head = count;
        if (next(seed) % 4 == 0) continue;
        for (size_t p = 0; p < PROJECTS; p++) {
            if (next(seed) % 3 == 0) continue;
            long won[3] = {0};
            for (int a = 0; a < 3; a++) {
                won[a] = 1 + (long)(next(seed) % 99991);
                sums[a] += won[a];
            }
            count += count == head;
            (void)snprintf(rows[count], sizeof rows[count], "%s %s|%ld|%ld|%ld", departments[d],
                           projects[p], won[0], won[1], won[2]);
            printed[count] = rows[count];
            count++;
        }
        if (count == head) continue;
        (void)snprintf(rows[head], sizeof rows[head], "%s|%ld|%ld|%ld", departments[d], sums[0],
                       sums[1], sums[2]);
        printed[head] = rows[head];
        for (int a = 0; a < 3; a++)
            total[a] += sums[a];
    }
    (void)snprintf(rows[1], sizeof rows[1], "합계|%ld|%ld|%ld", total[0], total[1], total[2]);
    printed[1] = rows[1];
    char id[LABEL_BYTES];
    (void)snprintf(id, sizeof id, "random-2024-%02zu", day);
    struct snapshot_case report = {id, "소통관", days[day], 'a', printed, count};
    return budget_put_snapshot(at, report);
}

/* Takes back a part of a random entry that a report still means. False: there is none. */
static bool correct_random(struct budget_fixture *at, uint32_t *seed)
{
    struct db_rows rows;
    static const struct db_sql sql = {
        "derived", "SELECT id, line_id, kind, amount_won, effective_date FROM budget_entries AS e "
                   "WHERE reading_id IS NOT NULL AND corrects_id IS NULL AND amount_won > 1 AND "
                   "NOT EXISTS (SELECT 1 FROM budget_entries AS c WHERE c.corrects_id = e.id) "
                   "ORDER BY (id * $1) % 1009 LIMIT 1"};
    CU_ASSERT_EQUAL_FATAL(db_query(at->db, &rows, &sql, DB_INT(1 + next(seed) % 1000)), OK);
    struct posted posted = {0};
    bool found = db_next(&rows) == OK;
    if (found)
        posted = (struct posted){.corrects = db_int(&rows, 0),
                                 .line_id = db_int(&rows, 1),
                                 .kind = (enum entry_kind)db_int(&rows, 2),
                                 .won = -THOUSAND * (db_int(&rows, 3) / THOUSAND / 2),
                                 .day = db_copy(&rows, 4, &at->arena)};
    db_end(&rows);
    if (found) (void)budget_post(at, posted);
    return found;
}

/* An entry of a random line, if there is one, as a call records it. */
static void post_random(struct budget_fixture *at, uint32_t *seed)
{
    if (next(seed) % 2 == 0 && correct_random(at, seed)) return;
    if (number_of(at, "SELECT count(*) FROM budget_lines WHERE position > 0") == 0) return;
    const char *statement = arena_printf(&at->arena,
                                         "SELECT id FROM budget_lines WHERE position > 0 "
                                         "ORDER BY (id * %u) %% 1009 LIMIT 1",
                                         1 + next(seed) % 1000);
    int64_t line = number_of(at, statement);
    (void)budget_post(at, (struct posted){.line_id = line,
                                          .kind = (enum entry_kind)(1 + next(seed) % 9),
                                          .won = THOUSAND * (int64_t)(1 + next(seed) % 5000),
                                          .day = days[next(seed) % DAYS]});
}

/* Whatever reports and calls come, what was shown at an instant is shown of it ever after. */
static void remembers_every_table_it_showed(void)
{
    enum { SEEDS = 3 };
    for (uint32_t first = 1; first <= SEEDS; first++) {
        uint32_t seed = first;
        struct budget_fixture at;
        budget_open_fixture(&at);
        int64_t now_ms = clock_now_ms();
        for (int step = 0; step < STEPS; step++) {
            now_ms += 1 + next(&seed) % 3;
            clock_set_ms(now_ms);
            if (next(&seed) % 4 == 0)
                post_random(&at, &seed);
            else
                CU_ASSERT_EQUAL_FATAL(put_random(&at, &seed), OK);
            history.ms[step] = now_ms;
            for (int d = 0; d < DAYS; d++)
                show(&at, days[d], 0, history.shown[step][d]);
        }
        for (int step = 0; step < STEPS; step++) {
            for (int d = 0; d < DAYS; d++)
                check_known(&at, days[d], history.ms[step], history.shown[step][d]);
        }
        clock_set_ms(0);
        budget_close_fixture(&at);
    }
}

SUITE("budget_imports",
      {"keeps what was known before a correction", keeps_what_was_known_before_a_correction},
      {"counts nobody's work twice", counts_nobodys_work_twice},
      {"leaves corrected what a call corrected", leaves_corrected_what_a_call_corrected},
      {"remembers every table it showed", remembers_every_table_it_showed})
