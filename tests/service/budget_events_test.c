/* The feed of the ledger's events: replayed, it must give the ledger. */
#include "budget_events.h"

#include <stdio.h>
#include <string.h>

#include "budget_sql.h"
#include "support/budget_reports.h"
#include "support/budget_sums.h"
#include "support/suite.h"

enum { EVENTS_MAX = 4096, PAGE = 7, NAME_BYTES = 64, ALLOCATIONS_MAX = 60 };

/* A ledger as the feed tells it. */
struct replay {
    struct {
        char name[NAME_BYTES];
        int64_t won;
        int entries;
        bool there;
    } lines[EVENTS_MAX];
    size_t line_count;
    int64_t entries[EVENTS_MAX]; /* Ids of those that count. */
    size_t entry_count;
    int64_t last;
    int kinds[EVENT_LINE_CLOSED + 1];
};

static size_t line_of(struct replay *replay, const char *name)
{
    for (size_t i = 0; i < replay->line_count; i++) {
        if (strcmp(replay->lines[i].name, name) == 0) return i;
    }
    CU_ASSERT_FATAL(replay->line_count < EVENTS_MAX);
    (void)snprintf(replay->lines[replay->line_count].name, NAME_BYTES, "%s", name);
    return replay->line_count++;
}

static void apply_entry(struct replay *replay, size_t line, const struct event_record *event)
{
    bool posted = event->kind == EVENT_ENTRY_POSTED;
    CU_ASSERT_TRUE(event->entry.id > 0);
    CU_ASSERT_STRING_EQUAL(event->entry.line, event->line);
    replay->lines[line].won += posted ? event->entry.won : -event->entry.won;
    replay->lines[line].entries += posted ? 1 : -1;
    if (posted) {
        replay->entries[replay->entry_count++] = event->entry.id;
        return;
    }
    for (size_t i = 0; i < replay->entry_count; i++) {
        if (replay->entries[i] != event->entry.id) continue;
        replay->entries[i] = replay->entries[--replay->entry_count];
        return;
    }
    CU_FAIL("an entry is withdrawn that was never posted");
}

static void apply(struct replay *replay, const struct event_record *event)
{
    CU_ASSERT_EQUAL(event->sequence, replay->last + 1);
    replay->last = event->sequence;
    CU_ASSERT_FATAL(event->kind >= EVENT_LINE_ADDED && event->kind <= EVENT_LINE_CLOSED);
    replay->kinds[event->kind]++;
    size_t line = line_of(replay, event->line);
    switch ((enum event_kind)event->kind) {
    case EVENT_LINE_ADDED:
        CU_ASSERT_FALSE(replay->lines[line].there);
        replay->lines[line].there = true;
        return;
    case EVENT_LINE_CHANGED:
    case EVENT_LINE_CLOSED:
        CU_ASSERT_TRUE(replay->lines[line].there);
        return;
    case EVENT_LINE_REMOVED:
        CU_ASSERT_TRUE(replay->lines[line].there);
        CU_ASSERT_EQUAL(replay->lines[line].won, 0);
        replay->lines[line].there = false;
        return;
    case EVENT_ENTRY_POSTED:
    case EVENT_ENTRY_WITHDRAWN:
        CU_ASSERT_TRUE(replay->lines[line].there);
        apply_entry(replay, line, event);
        return;
    }
}

/* Takes what is behind the last event taken, in small pages. */
static void follow(struct budget_fixture *at, struct replay *replay)
{
    struct arena arena;
    arena_init(&arena, CALLS_ARENA_BYTES_MAX);
    size_t count = PAGE;
    while (count == PAGE) {
        struct event_record *events;
        arena_reset(&arena);
        CU_ASSERT_EQUAL_FATAL(event_page(at->db, &arena, replay->last, PAGE, &events, &count), OK);
        for (size_t i = 0; i < count; i++)
            apply(replay, &events[i]);
    }
    int64_t last = -1;
    CU_ASSERT_EQUAL(event_last(at->db, &last), OK);
    CU_ASSERT_EQUAL(last, replay->last);
    arena_free(&arena);
}

static const struct db_sql lines_sql = {"lines", "SELECT name, position > 0 FROM budget_lines"};
static const struct db_sql entries_sql = {
    "entries", "SELECT count(*), coalesce(sum(amount_won), 0) FROM budget_entries AS entry "
               "JOIN budget_lines AS line ON line.id = entry.line_id WHERE line.name = $1"};

/* What the feed told must be what the store holds. */
static void check(struct budget_fixture *at, struct replay *replay)
{
    size_t there = 0, held = 0, entries = 0;
    for (size_t i = 0; i < replay->line_count; i++)
        there += replay->lines[i].there;
    struct db_rows rows, sums;
    CU_ASSERT_EQUAL_FATAL(db_query_plain(at->db, &rows, &lines_sql), OK);
    while (db_next(&rows) == OK) {
        char name[NAME_BYTES];
        (void)snprintf(name, sizeof name, "%.*s", (int)db_text(&rows, 0).length,
                       db_text(&rows, 0).bytes);
        size_t line = line_of(replay, name);
        CU_ASSERT_EQUAL(replay->lines[line].there, db_int(&rows, 1) != 0);
        held += replay->lines[line].there;
        CU_ASSERT_EQUAL_FATAL(db_query(at->db, &sums, &entries_sql, DB_TEXT(name)), OK);
        CU_ASSERT_EQUAL_FATAL(db_next(&sums), OK);
        CU_ASSERT_EQUAL(db_int(&sums, 0), replay->lines[line].entries);
        CU_ASSERT_EQUAL(db_int(&sums, 1), replay->lines[line].won);
        entries += (size_t)db_int(&sums, 0);
        db_end(&sums);
    }
    db_end(&rows);
    CU_ASSERT_EQUAL(held, there);
    CU_ASSERT_EQUAL(entries, replay->entry_count);
}

static struct replay replay;

static void replayed_gives_the_ledger(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    replay = (struct replay){.last = 0};
    follow(&at, &replay);
    CU_ASSERT_EQUAL(replay.last, 0);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2020(&at, NULL), OK);
    follow(&at, &replay);
    check(&at, &replay);
    CU_ASSERT_EQUAL(replay.kinds[EVENT_LINE_ADDED], SEOUL_2020_ROWS);
    CU_ASSERT_EQUAL(replay.kinds[EVENT_ENTRY_WITHDRAWN], 0);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2012(&at, NULL), OK);
    follow(&at, &replay);
    check(&at, &replay);
    budget_close_fixture(&at);
}

/* June first and March later: what June said beyond March is taken back. */
static void tells_of_what_is_derived_anew(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    replay = (struct replay){.last = 0};
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_june), OK);
    follow(&at, &replay);
    check(&at, &replay);
    size_t posted = replay.entry_count;
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    follow(&at, &replay);
    check(&at, &replay);
    CU_ASSERT_TRUE(replay.entry_count > posted);
    CU_ASSERT_EQUAL(replay.kinds[EVENT_ENTRY_WITHDRAWN], 0);
    int64_t before = replay.last;
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK); /* Nothing new. */
    follow(&at, &replay);
    CU_ASSERT_EQUAL(replay.last, before);
    budget_close_fixture(&at);
}

/* A line that no report prints any more goes, and comes back under its name. */
static void tells_of_lines_that_go_and_come_back(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    replay = (struct replay){.last = 0};
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    struct snapshot_case empty = {"gwangju-2024-04", "소통관", "2024-03-31", 'a', ROWS("|||")};
    for (int round = 1; round <= 2; round++) {
        CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, empty), OK);
        follow(&at, &replay);
        check(&at, &replay);
        CU_ASSERT_EQUAL(replay.kinds[EVENT_LINE_REMOVED], 5 * round);
        CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
        follow(&at, &replay);
        check(&at, &replay);
        CU_ASSERT_EQUAL(replay.kinds[EVENT_LINE_ADDED], 5 * (round + 1));
    }
    CU_ASSERT_EQUAL(replay.line_count, 5);
    budget_close_fixture(&at);
}

static void is_undone_with_its_transaction(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    struct snapshot_case march = budget_march;
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, march), OK);
    int64_t before = 0, after = 0;
    CU_ASSERT_EQUAL(event_last(at.db, &before), OK);
    CU_ASSERT_EQUAL_FATAL(db_begin(at.db), OK);
    CU_ASSERT_EQUAL(event_line(at.db, 1, EVENT_LINE_CHANGED), OK);
    db_rollback(at.db);
    CU_ASSERT_EQUAL(event_last(at.db, &after), OK);
    CU_ASSERT_EQUAL(after, before);
    budget_close_fixture(&at);
}

/* A store from before there was a feed gets one that begins with what it held. */
static void begins_with_what_there_was(void)
{
    static const struct db_sql held[] = {
        {"readings", "INSERT INTO budget_readings VALUES (1, 'report-2019', '2019-07-01', "
                     "'tables/1', 1, 'one', 'b', 2019, 1, 0, '2019-06-30', 1)"},
        {"lines", "INSERT INTO budget_lines (id, name, fiscal_year, code, publisher, path, "
                  "parent_id, label, depth, position, memo, first_day, reading_id, text_line, "
                  "table_row) VALUES (1, 'lines/2019-general-0001', 2019, 1, 'b', '/all', NULL, "
                  "'all', 0, 1, 0, '2019-01-01', 1, 1, 1), (2, 'lines/2019-general-0002', 2019, "
                  "2, 'b', '/all/one', 1, 'one', 1, 2, 0, '2019-01-01', 1, 2, 2)"},
        {"entries", "INSERT INTO budget_entries (line_id, kind, amount_won, effective_date, "
                    "recorded_ms, rounding, reading_id, text_line, table_row, table_column) "
                    "VALUES (2, 1, 900, '2019-01-01', 5, 0, 1, 2, 2, 2), "
                    "(2, 3, 500, '2019-03-31', 5, 0, 1, 2, 2, 3), "
                    "(2, 1, 100, '2019-06-30', 5, 0, 1, 2, 2, 2), "
                    "(2, 3, -100, '2019-06-30', 5, 0, 1, 2, 2, 3), "
                    "(2, 4, 300, '2019-06-30', 5, 0, 1, 2, 2, 4), "
                    "(1, 1, 1, '2019-06-30', 5, 1, 1, 1, 1, 2)"},
        {"balances", "INSERT INTO budget_balances (line_id, current_won, committed_won, "
                     "spent_won) VALUES (1, 1001, 400, 300), (2, 1000, 400, 300)"},
    };
    struct budget_fixture at;
    budget_open_old_fixture(&at, 1);
    replay = (struct replay){.last = 0};
    for (size_t i = 0; i < ARRAY_LENGTH(held); i++)
        CU_ASSERT_EQUAL_FATAL(db_run_plain(at.db, &held[i]), OK);
    CU_ASSERT_EQUAL_FATAL(db_migrate(at.db, budget_migrations, budget_migration_count, &at.fault),
                          OK);
    budget_check_sums(at.db);
    follow(&at, &replay);
    check(&at, &replay);
    CU_ASSERT_EQUAL(replay.kinds[EVENT_LINE_ADDED], 2);
    CU_ASSERT_EQUAL(replay.kinds[EVENT_ENTRY_POSTED], 6);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2012(&at, NULL), OK);
    follow(&at, &replay);
    check(&at, &replay);
    budget_close_fixture(&at);
}

static void survives_want_of_memory(void)
{
    struct budget_fixture at;
    budget_open_fixture(&at);
    CU_ASSERT_EQUAL_FATAL(budget_put_snapshot(&at, budget_march), OK);
    enum status status = RESOURCE_EXHAUSTED;
    for (int nth = 1; nth < ALLOCATIONS_MAX && status != OK; nth++) {
        struct arena arena;
        struct event_record *events;
        size_t count;
        arena_init(&arena, CALLS_ARENA_BYTES_MAX);
        (void)alloc_fail_at(nth);
        status = event_page(at.db, &arena, 0, PAGE, &events, &count);
        (void)alloc_fail_at(0);
        CU_ASSERT_TRUE(status == OK || status == RESOURCE_EXHAUSTED);
        arena_free(&arena);
    }
    CU_ASSERT_EQUAL(status, OK);
    budget_close_fixture(&at);
}

SUITE("budget_events", {"replayed gives the ledger", replayed_gives_the_ledger},
      {"tells of what is derived anew", tells_of_what_is_derived_anew},
      {"tells of lines that go and come back", tells_of_lines_that_go_and_come_back},
      {"is undone with its transaction", is_undone_with_its_transaction},
      {"begins with what there was", begins_with_what_there_was},
      {"survives want of memory", survives_want_of_memory})
