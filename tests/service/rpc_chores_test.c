/* Jobs of a service: rows expire, a page at a time, between the calls. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "support/runtime_server.h"
#include "support/sockets.h"
#include "support/suite.h"

enum { PAGE_ROWS = 2, PATIENCE_MS = 60000, EVERY_MS = 20, NEVER_MS = 1000000000 };

/* What a job does, told and watched from the test's thread. */
struct expiry {
    atomic_int runs;
    atomic_int deleted;
    _Atomic enum status fails; /* After it has written. */
};

static enum status expire(void *self, struct db *db, struct arena *arena, bool *more)
{
    struct expiry *expiry = self;
    if (arena_alloc(arena, 1000) == NULL || *more) return INTERNAL;
    enum status status =
        db_run(db, &runtime_row_expire_sql, DB_INT(clock_now_ms()), DB_INT(PAGE_ROWS));
    int deleted = (int)db_changes(db);
    *more = deleted == PAGE_ROWS;
    if (status == OK) status = expiry->fails;
    if (status == OK) expiry->deleted += deleted;
    expiry->runs++;
    return status;
}

static bool reaches(atomic_int *value, int wanted)
{
    for (int i = 0; i < PATIENCE_MS && *value < wanted; i++)
        (void)usleep(1000);
    return *value >= wanted;
}

static void put_rows(struct runtime_server *server, int from, int to)
{
    static char body[RUNTIME_BODY_BYTES];
    for (int i = from; i <= to; i++) {
        char json[128];
        (void)snprintf(json, sizeof json, "{\"row\":{\"name\":\"row-%d\",\"number\":%d}}", i, i);
        CU_ASSERT_EQUAL(runtime_server_call(server, "PutRow", json, body), 200);
    }
}

static struct runtime_server *start(const struct rpc_chore *chore)
{
    log_init("runtime", LOG_ERROR);
    struct rpc_server_config config = runtime_server_config();
    config.chores = chore;
    config.chore_count = 1;
    return runtime_server_start(&config);
}

/* Rows go when their time has come by the clock, all of them although a run takes but two. */
static void runs_by_the_clock(void)
{
    struct expiry expiry = {.runs = 0};
    const struct rpc_chore chore = {"expiry", EVERY_MS, expire, &expiry};
    clock_set_ms(1);
    struct runtime_server *server = start(&chore);
    put_rows(server, 10, 19);
    CU_ASSERT_TRUE(reaches(&expiry.runs, expiry.runs + 3));
    CU_ASSERT_EQUAL(expiry.deleted, 0);
    clock_set_ms(16);
    CU_ASSERT_TRUE(reaches(&expiry.deleted, 7));
    CU_ASSERT_TRUE(reaches(&expiry.runs, expiry.runs + 3));
    CU_ASSERT_EQUAL(expiry.deleted, 7);
    clock_set_ms(0);
    CU_ASSERT_TRUE(reaches(&expiry.deleted, 10));
    CU_ASSERT_EQUAL(runtime_server_stop(server), 0);
}

/* A job that is due once in a long time runs at the start. */
static void runs_at_the_start(void)
{
    struct expiry expiry = {.runs = 0};
    const struct rpc_chore chore = {"expiry", NEVER_MS, expire, &expiry};
    clock_set_ms(0);
    struct runtime_server *server = start(&chore);
    CU_ASSERT_TRUE(reaches(&expiry.runs, 1));
    put_rows(server, 1, 5);
    (void)usleep(5 * EVERY_MS * 1000); /* If it ran again, then hardly later than this. */
    CU_ASSERT_EQUAL(expiry.runs, 1);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 5);
}

/* A page that is full asks for another at once, not after the interval. */
static void goes_on_while_there_is_more(void)
{
    struct expiry expiry = {.runs = 0, .fails = ABORTED};
    const struct rpc_chore chore = {"expiry", EVERY_MS * 10, expire, &expiry};
    clock_set_ms(0);
    struct runtime_server *server = start(&chore);
    put_rows(server, 1, 99);
    CU_ASSERT_EQUAL(expiry.deleted, 0);
    int64_t began_ms = clock_monotonic_ms();
    expiry.fails = OK;
    CU_ASSERT_TRUE(reaches(&expiry.deleted, 99));
    /* 50 runs by the interval would take twice as long. */
    CU_ASSERT(clock_monotonic_ms() - began_ms < EVERY_MS * 10 * 25);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 0);
}

/* What a failed run wrote is undone, the job is tried again, and calls go on meanwhile. */
static void undoes_what_failed(void)
{
    struct expiry expiry = {.runs = 0, .fails = FAILED_PRECONDITION};
    const struct rpc_chore chore = {"expiry", EVERY_MS, expire, &expiry};
    clock_set_ms(0);
    struct runtime_server *server = start(&chore);
    put_rows(server, 1, 3);
    CU_ASSERT_TRUE(reaches(&expiry.runs, expiry.runs + 3));
    static char body[RUNTIME_BODY_BYTES];
    CU_ASSERT_EQUAL(runtime_server_call(server, "GetRow", "{\"name\":\"row-1\"}", body), 200);
    expiry.fails = OK;
    CU_ASSERT_TRUE(reaches(&expiry.deleted, 3));
    CU_ASSERT_EQUAL(runtime_server_call(server, "GetRow", "{\"name\":\"row-1\"}", body), 404);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 0);
}

/* Streams that wait for a commit see what a job did. A run that changed nothing is no commit. */
static void wakes_who_waits_for_commits(void)
{
    static char answer[SOCKET_ANSWER_BYTES];
    static const char watch[] =
        "POST /sotong.runtime.v1.RuntimeService/WatchRow HTTP/1.1\r\nHost: a\r\n"
        "Content-Type: application/connect+json\r\nContent-Length: 22\r\n\r\n"
        "\0\0\0\0\21{\"name\":\"row-50\"}";
    struct expiry expiry = {.runs = 0};
    const struct rpc_chore chore = {"expiry", EVERY_MS, expire, &expiry};
    clock_set_ms(1);
    struct runtime_server *server = start(&chore);
    put_rows(server, 50, 50);
    int connection = socket_connect(runtime_server_port(server));
    CU_ASSERT_TRUE(socket_send(connection, watch, sizeof watch - 1));
    CU_ASSERT_EQUAL(runtime_server_state(server)->streams, 0);
    CU_ASSERT_TRUE(reaches(&runtime_server_state(server)->streams, 1));
    CU_ASSERT_TRUE(reaches(&expiry.runs, expiry.runs + 5));
    CU_ASSERT_EQUAL(runtime_server_state(server)->sent, 1);
    clock_set_ms(0);
    CU_ASSERT_TRUE(reaches(&runtime_server_state(server)->sent, 2));
    CU_ASSERT_TRUE(reaches(&expiry.runs, expiry.runs + 5));
    CU_ASSERT_EQUAL(runtime_server_state(server)->sent, 2);
    CU_ASSERT_EQUAL(runtime_server_stop(server), 0);
    (void)socket_read_all(connection, answer);
    (void)close(connection);
}

static void *add_slowly(void *server)
{
    static char body[RUNTIME_BODY_BYTES];
    CU_ASSERT_EQUAL(
        runtime_server_call(server, "AddToRow", "{\"name\":\"a\",\"waitMs\":2000}", body), 404);
    return NULL;
}

/* A server that drains begins no more runs, though a call keeps it from ending. */
static void ends_with_the_drain(void)
{
    struct expiry expiry = {.runs = 0};
    const struct rpc_chore chore = {"expiry", 1, expire, &expiry};
    struct runtime_server *server = start(&chore);
    pthread_t thread;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, add_slowly, server), 0);
    CU_ASSERT_TRUE(reaches(&runtime_server_state(server)->runs, 1));
    CU_ASSERT_TRUE(reaches(&expiry.runs, 3));
    runtime_server_drain(server);
    for (int connection = 0; connection >= 0;) { /* It takes no more connections: it drains. */
        connection = socket_connect(runtime_server_port(server));
        if (connection >= 0) (void)close(connection);
    }
    int runs = expiry.runs;
    (void)usleep(5 * EVERY_MS * 1000);
    CU_ASSERT(expiry.runs <= runs + 1); /* One may have been under way. */
    (void)pthread_join(thread, NULL);
    (void)runtime_server_stop(server);
}

SUITE("rpc_chores", {"runs by the clock", runs_by_the_clock},
      {"runs at the start", runs_at_the_start},
      {"goes on while there is more", goes_on_while_there_is_more},
      {"undoes what failed", undoes_what_failed},
      {"wakes who waits for commits", wakes_who_waits_for_commits},
      {"ends with the drain", ends_with_the_drain})
