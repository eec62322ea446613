#include "floor_calls.h"

#include <err.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "budget.rpc.h"
#include "health.rpc.h"

enum { SQL_BYTES_MAX = 16384, CALL_BYTES_MAX = 1 << 20, HEADINGS_MAX = 16 };

struct floor_calls {
    sqlite3 *sqlite;
    sqlite3_stmt *begin, *commit, *get;
    bool reading;
    struct arena arena; /* Of the call that runs. */
    ProtobufCAllocator allocator;
};

static void *arena_give(void *arena, size_t bytes)
{
    return arena_alloc(arena, bytes);
}

static void arena_keep(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

static sqlite3_stmt *prepare(sqlite3 *sqlite, const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK)
        errx(1, "%s", sqlite3_errmsg(sqlite));
    return statement;
}

struct floor_calls *floor_calls_open(const char *store_path, const char *sql_path)
{
    char sql[SQL_BYTES_MAX] = "";
    FILE *file = fopen(sql_path, "re");
    if (file == NULL || fread(sql, 1, sizeof sql - 1, file) == 0) err(1, "%s", sql_path);
    (void)fclose(file);
    struct floor_calls *calls = calloc(1, sizeof *calls);
    if (calls == NULL) errx(1, "no memory");
    /* Without its statistics SQLite allocates without a mutex. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_open_v2(store_path, &calls->sqlite, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        errx(1, "%s cannot be opened", store_path);
    calls->begin = prepare(calls->sqlite, "BEGIN");
    calls->commit = prepare(calls->sqlite, "COMMIT");
    calls->get = prepare(calls->sqlite, sql);
    arena_init(&calls->arena, CALL_BYTES_MAX);
    calls->allocator = (ProtobufCAllocator){arena_give, arena_keep, &calls->arena};
    return calls;
}

static void run(struct floor_calls *calls, sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE) errx(1, "%s", sqlite3_errmsg(calls->sqlite));
    (void)sqlite3_reset(statement);
}

void floor_calls_end_turn(struct floor_calls *calls)
{
    if (!calls->reading) return;
    run(calls, calls->commit);
    calls->reading = false;
}

size_t floor_check(struct floor_calls *calls, const uint8_t *request, size_t length,
                   uint8_t *answer)
{
    health_health_check_request *in =
        grpc__health__v1__health_check_request__unpack(&calls->allocator, length, request);
    if (in == NULL) errx(1, "not a HealthCheckRequest");
    health_health_check_response out = HEALTH_HEALTH_CHECK_RESPONSE_INIT;
    out.status = in->service[0] == '\0'
                     ? HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_SERVING
                     : HEALTH_HEALTH_CHECK_RESPONSE_SERVING_STATUS_SERVICE_UNKNOWN;
    size_t packed = grpc__health__v1__health_check_response__pack(&out, answer);
    arena_reset(&calls->arena);
    return packed;
}

static char *text_of(struct floor_calls *calls, int column)
{
    union {
        const unsigned char *from;
        char *to;
    } text = {.from = sqlite3_column_text(calls->get, column)};
    return text.to;
}

static int32_t int_of(struct floor_calls *calls, int column)
{
    return sqlite3_column_int(calls->get, column);
}

/* Splits the headings, one a line, in place: they belong to the row. */
static size_t headings_split(char *section, char **headings)
{
    size_t count = 0;
    while (section[0] != '\0' && count < HEADINGS_MAX) {
        headings[count++] = section;
        char *end = strchr(section, '\n');
        if (end == NULL) break;
        *end = '\0';
        section = end + 1;
    }
    return count;
}

/* The row's answer. Strings are borrowed from the row, which is packed before the next step. */
static size_t row_pack(struct floor_calls *calls, uint8_t *answer)
{
    char *headings[HEADINGS_MAX];
    budget_get_line_response out = SOTONG__BUDGET__V1__GET_LINE_RESPONSE__INIT;
    budget_line line = BUDGET_LINE_INIT;
    type_citation citation = SOTONG__TYPE__V1__CITATION__INIT;
    line.name = text_of(calls, 1);
    line.fiscal_year = int_of(calls, 2);
    line.parent = text_of(calls, 3);
    line.label = text_of(calls, 4);
    line.depth = int_of(calls, 5);
    line.position = int_of(calls, 6);
    line.publisher = text_of(calls, 7);
    line.memo = int_of(calls, 8) != 0;
    line.current_won = sqlite3_column_int64(calls->get, 13);
    line.committed_won = sqlite3_column_int64(calls->get, 14);
    line.spent_won = sqlite3_column_int64(calls->get, 15);
    line.reserved_won = sqlite3_column_int64(calls->get, 16);
    line.line_class = (budget_line_class)int_of(calls, 17);
    line.closed = int_of(calls, 18) != 0;
    citation.report_id = text_of(calls, 9);
    citation.section_path = headings;
    citation.n_section_path = headings_split(text_of(calls, 10), headings);
    citation.line = int_of(calls, 11);
    citation.column = citation.line > 0 ? 1 : 0;
    citation.table_row = int_of(calls, 12);
    if (citation.report_id[0] != '\0') line.citation = &citation;
    out.line = &line;
    if (sotong__budget__v1__get_line_response__get_packed_size(&out) > FLOOR_ANSWER_BYTES_MAX)
        errx(1, "an answer of more than %d bytes", FLOOR_ANSWER_BYTES_MAX);
    return sotong__budget__v1__get_line_response__pack(&out, answer);
}

size_t floor_get_line(struct floor_calls *calls, const uint8_t *request, size_t length,
                      uint8_t *answer)
{
    budget_get_line_request *in =
        sotong__budget__v1__get_line_request__unpack(&calls->allocator, length, request);
    if (in == NULL) errx(1, "not a GetLineRequest");
    if (!calls->reading) run(calls, calls->begin);
    calls->reading = true;
    (void)sqlite3_bind_text(calls->get, 1, in->name, -1, SQLITE_STATIC);
    bool found = sqlite3_step(calls->get) == SQLITE_ROW;
    size_t packed = found ? row_pack(calls, answer) : 0;
    (void)sqlite3_reset(calls->get);
    arena_reset(&calls->arena);
    return packed;
}
