/* The ledger read as of a day and as known at an instant: against the plain sum of all entries, and
 * without ever looking at them all. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "budget_sql.h"
#include "support/budget_made.h"
#include "support/budget_reports.h"
#include "support/store.h"
#include "support/suite.h"

enum { LINES = 40, ENTRIES = 1200, QUESTIONS = 60, YEAR = 2024, NAME_BYTES = 64, PLAN_BYTES = 256 };

/* A ledger that calls wrote, as the test knows it. */
struct made {
    struct budget_fixture at;
    uint32_t seed;
    int64_t begin_ms;
    struct {
        int64_t id, created_ms;
        int parent, depth; /* Index; -1: a root. */
        char name[NAME_BYTES];
    } lines[LINES];
    struct {
        int line;
        struct posted posted;
        char day[DATE_STRING_BYTES];
        int64_t id, recorded_ms;
    } entries[ENTRIES];
};
static struct made made;

static uint32_t next(uint32_t limit)
{
    made.seed = made.seed * 1664525 + 1013904223;
    return (made.seed >> 8) % limit;
}

static void random_day(char day[static DATE_STRING_BYTES])
{
    struct date date;
    if (!date_from_parts((struct date_parts){YEAR, 1, 1}, &date)) return;
    date.days += (int32_t)next(366);
    date_format(date, day);
}

static const struct db_sql name_sql = {"name", "SELECT name FROM budget_lines WHERE id = $1"};

/* A random tree in pre-order: each line below the one before it or below one of those above. */
static void lines_make(void)
{
    for (int i = 0; i < LINES; i++) {
        int above = i - 1;
        while (above >= 0 && (next(3) == 0 || made.lines[above].depth >= 6))
            above = made.lines[above].parent;
        char label[NAME_BYTES], path[NAME_BYTES * 2];
        (void)snprintf(label, sizeof label, "과목 %d", i);
        (void)snprintf(path, sizeof path, "/%d", i);
        made.lines[i].parent = above;
        made.lines[i].depth = above < 0 ? 0 : made.lines[above].depth + 1;
        made.lines[i].created_ms = made.begin_ms + i;
        struct made_line line = {.publisher = "소통관",
                                 .path = path,
                                 .label = label,
                                 .fiscal_year = YEAR,
                                 .depth = made.lines[i].depth,
                                 .position = i + 1,
                                 .parent_id = above < 0 ? 0 : made.lines[above].id,
                                 .created_ms = made.lines[i].created_ms};
        made.lines[i].id = budget_make_line(&made.at, &line);
        struct db_rows rows;
        CU_ASSERT_EQUAL_FATAL(db_query(made.at.db, &rows, &name_sql, DB_INT(made.lines[i].id)), OK);
        CU_ASSERT_EQUAL_FATAL(db_next(&rows), OK);
        (void)snprintf(made.lines[i].name, NAME_BYTES, "%.*s", (int)db_text(&rows, 0).length,
                       db_text(&rows, 0).bytes);
        db_end(&rows);
    }
}

/* Random entries of all kinds, a few of which take a part of another back. */
static void entries_make(void)
{
    int64_t now_ms = made.begin_ms + LINES;
    for (int i = 0; i < ENTRIES; i++) {
        now_ms += next(3);
        clock_set_ms(now_ms);
        made.entries[i].line = (int)next(LINES);
        random_day(made.entries[i].day);
        made.entries[i].posted = (struct posted){.kind = (enum entry_kind)(1 + next(9)),
                                                 .won = 1 + (int64_t)next(1000000)};
        int other = i == 0 ? 0 : (int)next((uint32_t)i);
        if (i > 0 && next(5) == 0 && made.entries[other].posted.corrects == 0) {
            made.entries[i].line = made.entries[other].line;
            made.entries[i].posted.kind = made.entries[other].posted.kind;
            made.entries[i].posted.corrects = made.entries[other].id;
            made.entries[i].posted.won = -1;
        }
        made.entries[i].posted.line_id = made.lines[made.entries[i].line].id;
        made.entries[i].posted.day = made.entries[i].day;
        made.entries[i].id = budget_post(&made.at, made.entries[i].posted);
        made.entries[i].recorded_ms = now_ms;
    }
}

static void ledger_make(uint32_t seed)
{
    memset(&made, 0, sizeof made);
    made.seed = seed;
    made.begin_ms = INT64_C(1700000000000);
    clock_set_ms(made.begin_ms);
    budget_open_fixture(&made.at);
    lines_make();
    entries_make();
}

static void ledger_end(void)
{
    clock_set_ms(0);
    budget_close_fixture(&made.at);
}

static bool is_below(int line, int top)
{
    while (line >= 0 && line != top)
        line = made.lines[line].parent;
    return line == top;
}

/* What a line and those below it come to, entry by entry. */
static struct balance naive(int top, const char *as_of, int64_t known_ms)
{
    struct balance sum = {{0}};
    for (int i = 0; i < ENTRIES; i++) {
        int64_t won = made.entries[i].posted.won;
        if (!is_below(made.entries[i].line, top) || strcmp(made.entries[i].day, as_of) > 0 ||
            made.entries[i].recorded_ms > known_ms)
            continue;
        switch (made.entries[i].posted.kind) {
        case ENTRY_APPROPRIATION:
        case ENTRY_CARRY_OVER:
        case ENTRY_SUPPLEMENTARY:
        case ENTRY_TRANSFER_IN:
            sum.won[AMOUNT_CURRENT] += won;
            break;
        case ENTRY_TRANSFER_OUT:
            sum.won[AMOUNT_CURRENT] -= won;
            break;
        case ENTRY_COMMITMENT:
            sum.won[AMOUNT_COMMITTED] += won;
            break;
        case ENTRY_RELEASE:
            sum.won[AMOUNT_COMMITTED] -= won;
            break;
        case ENTRY_EXPENDITURE:
            sum.won[AMOUNT_SPENT] += won;
            break;
        case ENTRY_REFUND:
            sum.won[AMOUNT_SPENT] -= won;
            break;
        }
    }
    return sum;
}

static protobuf_timestamp instant(int64_t ms)
{
    protobuf_timestamp message = PROTOBUF_TIMESTAMP_INIT;
    message.seconds = ms / 1000;
    message.nanos = (int32_t)(ms % 1000) * 1000000;
    return message;
}

/* Asks for a random table and checks every row. */
static void ask(int top, bool has_known)
{
    char day[DATE_STRING_BYTES];
    struct rpc_call call;
    int64_t known_ms = made.begin_ms - 5 + (int64_t)next(LINES + ENTRIES + 20);
    protobuf_timestamp known_at = instant(known_ms);
    budget_get_execution_request in = BUDGET_GET_EXECUTION_REQUEST_INIT;
    budget_get_execution_response out = BUDGET_GET_EXECUTION_RESPONSE_INIT;
    random_day(day);
    in.as_of = day;
    if (top >= 0) in.line = made.lines[top].name;
    if (has_known) in.known_at = &known_at;
    if (!has_known) known_ms = INT64_MAX;
    calls_begin(&call, made.at.db);
    CU_ASSERT_EQUAL_FATAL(budget_get_execution(&made.at.budget, &call, &in, &out), OK);
    size_t row = 0;
    for (int i = 0; i < LINES && row < out.n_rows; i++) {
        if ((top >= 0 && !is_below(i, top)) || made.lines[i].created_ms > known_ms) continue;
        const struct balance sum = naive(i, day, known_ms);
        const budget_execution_row *shown = out.rows[row++];
        CU_ASSERT_STRING_EQUAL(shown->line, made.lines[i].name);
        CU_ASSERT_EQUAL(shown->depth, made.lines[i].depth);
        CU_ASSERT_EQUAL(shown->current_won, sum.won[AMOUNT_CURRENT]);
        CU_ASSERT_EQUAL(shown->committed_won, sum.won[AMOUNT_COMMITTED]);
        CU_ASSERT_EQUAL(shown->spent_won, sum.won[AMOUNT_SPENT]);
    }
    CU_ASSERT_EQUAL(row, out.n_rows);
    size_t lines = 0;
    for (int i = 0; i < LINES; i++)
        lines += (top < 0 || is_below(i, top)) && made.lines[i].created_ms <= known_ms;
    if (top >= 0) CU_ASSERT_EQUAL(out.n_rows, lines);
    calls_end(&call);
}

static void agrees_with_the_sum_of_all_entries(void)
{
    for (uint32_t seed = 1; seed <= 2; seed++) {
        ledger_make(seed);
        for (int i = 0; i < QUESTIONS; i++)
            ask(i % 3 == 0 ? -1 : (int)next(LINES), i % 2 == 0);
        ledger_end();
    }
}

/* Reads all pages of a list and checks that it is what the filters let pass, in order. */
static void list(budget_list_entries_request *in, int top, int64_t known_ms)
{
    struct rpc_call call;
    size_t expected = 0, seen = 0;
    int64_t last_id = 0;
    char last_day[DATE_STRING_BYTES] = "";
    for (int i = 0; i < ENTRIES; i++) {
        bool of_line = top < 0 || made.entries[i].line == top ||
                       (in->below && is_below(made.entries[i].line, top));
        bool of_kind = in->n_kinds == 0;
        for (size_t k = 0; k < in->n_kinds; k++)
            of_kind = of_kind || (int)in->kinds[k] == (int)made.entries[i].posted.kind;
        expected += of_line && of_kind && strcmp(made.entries[i].day, in->first_day) >= 0 &&
                    (in->as_of[0] == '\0' || strcmp(made.entries[i].day, in->as_of) <= 0) &&
                    made.entries[i].recorded_ms <= known_ms;
    }
    calls_begin(&call, made.at.db);
    for (;;) {
        budget_list_entries_response out = BUDGET_LIST_ENTRIES_RESPONSE_INIT;
        CU_ASSERT_EQUAL_FATAL(budget_list_entries(&made.at.budget, &call, in, &out), OK);
        for (size_t i = 0; i < out.n_entries; i++, seen++) {
            int64_t id = 0;
            const budget_entry *entry = out.entries[i];
            CU_ASSERT_EQUAL(sscanf(entry->name, "entries/%" SCNd64, &id), 1);
            int order = strcmp(entry->effective_date, last_day);
            CU_ASSERT_TRUE(order > 0 || (order == 0 && id > last_id));
            (void)snprintf(last_day, sizeof last_day, "%s", entry->effective_date);
            last_id = id;
            CU_ASSERT_EQUAL(entry->corrects[0] != '\0', made.entries[id - 1].posted.corrects != 0);
            CU_ASSERT_EQUAL(entry->amount_won, made.entries[id - 1].posted.won);
        }
        if (out.next_page_token[0] == '\0') break;
        in->page_token = out.next_page_token;
    }
    CU_ASSERT_EQUAL(seen, expected);
    calls_end(&call);
}

static void lists_what_the_filters_let_pass(void)
{
    ledger_make(7);
    for (int i = 0; i < QUESTIONS; i++) {
        char first_day[DATE_STRING_BYTES], as_of[DATE_STRING_BYTES];
        budget_entry_kind kinds[3];
        budget_list_entries_request in = BUDGET_LIST_ENTRIES_REQUEST_INIT;
        int64_t known_ms = made.begin_ms + (int64_t)next(LINES + ENTRIES + 20);
        protobuf_timestamp known_at = instant(known_ms);
        int top = next(3) == 0 ? -1 : (int)next(LINES);
        random_day(first_day);
        random_day(as_of);
        if (top >= 0) in.line = made.lines[top].name;
        in.below = top >= 0 && next(2) == 0;
        in.page_size = 1 + (int32_t)next(300);
        if (next(2) == 0) in.first_day = first_day;
        if (next(2) == 0) in.as_of = as_of;
        if (next(3) == 0) in.fiscal_year = YEAR;
        if (next(2) == 0) in.known_at = &known_at;
        in.kinds = kinds;
        in.n_kinds = next(4);
        for (size_t k = 0; k < in.n_kinds; k++)
            kinds[k] = (budget_entry_kind)(1 + next(9));
        list(&in, top, in.known_at == NULL ? INT64_MAX : known_ms);
    }
    ledger_end();
}

static void refuses_what_it_cannot_show(void)
{
    struct rpc_call call;
    ledger_make(9);
    budget_list_entries_request list_in = BUDGET_LIST_ENTRIES_REQUEST_INIT;
    budget_list_entries_response list_out = BUDGET_LIST_ENTRIES_RESPONSE_INIT;
    budget_get_execution_request in = BUDGET_GET_EXECUTION_REQUEST_INIT;
    budget_get_execution_response out = BUDGET_GET_EXECUTION_RESPONSE_INIT;
    budget_entry_kind no_kind = (budget_entry_kind)17;
    calls_begin(&call, made.at.db);
    in.as_of = string_borrow("2024-12-31");
    in.line = string_borrow("lines/2024-general-0000");
    CU_ASSERT_EQUAL(budget_get_execution(&made.at.budget, &call, &in, &out), NOT_FOUND);
    in.line = made.lines[0].name;
    in.publisher = string_borrow("다른 관");
    CU_ASSERT_EQUAL(budget_get_execution(&made.at.budget, &call, &in, &out), INVALID_ARGUMENT);
    in.publisher = string_borrow("");
    in.as_of = string_borrow("2023-12-31");
    CU_ASSERT_EQUAL(budget_get_execution(&made.at.budget, &call, &in, &out), INVALID_ARGUMENT);
    list_in.below = true;
    CU_ASSERT_EQUAL(budget_list_entries(&made.at.budget, &call, &list_in, &list_out),
                    INVALID_ARGUMENT);
    list_in.line = string_borrow("lines/none");
    CU_ASSERT_EQUAL(budget_list_entries(&made.at.budget, &call, &list_in, &list_out), NOT_FOUND);
    list_in.line = made.lines[0].name;
    list_in.kinds = &no_kind;
    list_in.n_kinds = 1;
    CU_ASSERT_EQUAL(budget_list_entries(&made.at.budget, &call, &list_in, &list_out),
                    INVALID_ARGUMENT);
    calls_end(&call);
    ledger_end();
}

/* How SQLite runs a statement; fails the test where a step of the plan holds any of the words. */
static void check_plan(struct budget_fixture *at, const struct db_sql *sql,
                       const char *const *forbidden)
{
    struct db_rows rows;
    struct db_sql *explain = arena_alloc(&at->arena, sizeof *explain);
    CU_ASSERT_PTR_NOT_NULL_FATAL(explain);
    explain->name = sql->name;
    explain->text = arena_printf(&at->arena, "EXPLAIN QUERY PLAN %s", sql->text);
    struct db_value values[10];
    size_t count = 0;
    char place[8];
    for (; count < ARRAY_LENGTH(values); count++) {
        (void)snprintf(place, sizeof place, "$%zu", count + 1);
        if (strstr(sql->text, place) == NULL) break;
        values[count] = DB_TEXT("");
    }
    CU_ASSERT_EQUAL_FATAL(db_query_values(at->db, &rows, explain, values, count), OK);
    while (db_next(&rows) == OK) {
        char step[PLAN_BYTES];
        (void)snprintf(step, sizeof step, "%.*s", (int)db_text(&rows, 3).length,
                       db_text(&rows, 3).bytes);
        for (const char *const *word = forbidden; *word != NULL; word++) {
            if (strstr(step, *word) != NULL) (void)printf("%s: %s\n", sql->name, step);
            CU_ASSERT_PTR_NULL(strstr(step, *word));
        }
    }
    db_end(&rows);
}

/* Tables never look at entries but at those recorded since, and at those of a line of which either
 * commitments or expenditure alone are known; pages and imports find theirs by an index. */
static void never_scans_the_entries(void)
{
    static const char *const no_entries[] = {"entry",     "SCAN line",    "SCAN day",
                                             "SCAN upto", "SCAN by_call", NULL};
    static const char *const no_scan[] = {"SCAN entry", "SCAN budget_entries", "SCAN of_line",
                                          "SCAN line",  "SCAN correction",     NULL};
    static const char *const no_sort[] = {"TEMP B-TREE", "SCAN line", NULL};
    static const struct db_sql *const tables[] = {
        &budget_table_rows_sql, &budget_table_rows_below_sql, &budget_table_rows_known_sql,
        &budget_line_span_sql,  &budget_day_ledger_sql,       &budget_line_get_sql};
    static const struct db_sql *const lists[] = {&budget_table_later_sql,
                                                 &budget_entry_page_line_sql,
                                                 &budget_entry_page_below_sql,
                                                 &budget_entry_derived_sql,
                                                 &budget_entry_derived_corrected_sql,
                                                 &budget_report_record_count_sql};
    static const struct db_sql *const sorted[] = {
        &budget_table_rows_sql, &budget_table_rows_below_sql, &budget_entry_page_sql,
        &budget_entry_page_line_sql, &budget_line_page_sql};
    if (store_is_remote()) return; /* The plans are SQLite's. */
    struct budget_fixture at;
    budget_open_fixture(&at);
    for (size_t i = 0; i < ARRAY_LENGTH(tables); i++)
        check_plan(&at, tables[i], no_entries);
    for (size_t i = 0; i < ARRAY_LENGTH(lists); i++)
        check_plan(&at, lists[i], no_scan);
    for (size_t i = 0; i < ARRAY_LENGTH(sorted); i++)
        check_plan(&at, sorted[i], no_sort);
    budget_close_fixture(&at);
}

SUITE("budget_reads", {"agrees with the sum of all entries", agrees_with_the_sum_of_all_entries},
      {"lists what the filters let pass", lists_what_the_filters_let_pass},
      {"refuses what it cannot show", refuses_what_it_cannot_show},
      {"never scans the entries", never_scans_the_entries})
