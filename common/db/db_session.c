#include "db/db_session.h"

#include <assert.h>
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define CONNECT_TIMEOUT_S "5"
/* The server ends a transaction that waits for its client, so that no replica that hangs holds the
 * writers' lock. */
#define IDLE_TIMEOUT "60s"

enum {
    ANSWER_TIMEOUT_MS = 30 * 1000, /* Longer than the server's own limit. */
    RETRY_MS = 500,                /* Between attempts to open a lost link. */
    SERVER_VERSION_MIN = 130000,
    SETUP_BYTES_MAX = 1024,
};

/* ---- The link ---- */

static bool schema_valid(const char *schema)
{
    size_t length = strlen(schema);
    bool good = length > 0 && length < SESSION_SCHEMA_BYTES && !isdigit((unsigned char)schema[0]);
    for (size_t i = 0; good && i < length; i++) {
        good = (schema[i] >= 'a' && schema[i] <= 'z') || isdigit((unsigned char)schema[i]) ||
               schema[i] == '_';
    }
    return good;
}

/* Notices are not for us. */
static void notice_ignore(void *context, const char *message)
{
    (void)context;
    (void)message;
}

/* libpq's messages have several lines; they never hold the password. */
static void message_copy(const char *from, char to[static FAULT_BYTES_MAX])
{
    struct text text = text_trim(text_from(from));
    text = text_cut(text, FAULT_BYTES_MAX - 1);
    for (size_t i = 0; i < text.length; i++)
        to[i] = text.bytes[i] == '\n' || text.bytes[i] == '\t' ? ' ' : text.bytes[i];
    to[text.length] = '\0';
}

static enum status link_check(struct db_session *session, PGconn *link, struct fault *fault)
{
    const struct libpq *pq = &session->pq;
    if (pq->status(link) != CONNECTION_OK) {
        char why[FAULT_BYTES_MAX];
        message_copy(pq->errorMessage(link), why);
        return fault_set(fault, UNAVAILABLE, "PostgreSQL cannot be reached: %s", why);
    }
    if (pq->serverVersion(link) < SERVER_VERSION_MIN) {
        return fault_set(fault, FAILED_PRECONDITION, "PostgreSQL %d or newer is needed",
                         SERVER_VERSION_MIN / 10000);
    }
    const char *encoding = pq->parameterStatus(link, "server_encoding");
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0) {
        return fault_set(fault, FAILED_PRECONDITION,
                         "the encoding of the database %s is %s; it must be UTF8", pq->db(link),
                         encoding == NULL ? "unknown" : encoding);
    }
    return OK;
}

/* What the session is to be, whatever the server's configuration says: commits are durable. */
static enum status link_set_up(struct db_session *session, PGconn *link, struct fault *fault)
{
    const struct libpq *pq = &session->pq;
    char setup[SETUP_BYTES_MAX];
    (void)snprintf(
        setup, sizeof setup,
        "SET client_min_messages TO warning; SET search_path TO \"%s\";"
        "SET statement_timeout TO '" SESSION_STATEMENT_TIMEOUT "';"
        "SET idle_in_transaction_session_timeout TO '" IDLE_TIMEOUT "';"
        "SET cursor_tuple_fraction TO 1;" /* Large results are read to their end. */
        "SET default_transaction_isolation TO '%s'; SET default_transaction_read_only TO %s;"
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off';"
        "PREPARE sotong_lock AS SELECT pg_advisory_xact_lock(hashtextextended('sotong %s', 0))",
        session->schema, session->access == DB_READ_WRITE ? "read committed" : "repeatable read",
        session->access == DB_READ_WRITE ? "off" : "on", session->schema);
    PGresult *result = pq->exec(link, setup);
    ExecStatusType outcome = pq->resultStatus(result);
    pq->clear(result);
    bool done = (outcome == PGRES_COMMAND_OK || outcome == PGRES_TUPLES_OK) &&
                pq->setnonblocking(link, 1) == 0 && pq->enterPipelineMode(link) == 1;
    if (done) return OK;
    char why[FAULT_BYTES_MAX];
    message_copy(pq->errorMessage(link), why);
    return fault_set(fault, UNAVAILABLE, "PostgreSQL cannot be used: %s", why);
}

static enum status link_open(struct db_session *session, struct fault *fault)
{
    /* The connection string stands between what it may change and what it may not. */
    const char *const keywords[] = {
        "connect_timeout",  "keepalives_idle",  "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "fallback_application_name",
        "dbname",           "client_encoding",  NULL};
    char name[SESSION_COMMAND_BYTES];
    (void)snprintf(name, sizeof name, "sotong-%s", session->schema);
    const char *const values[] = {CONNECT_TIMEOUT_S, "10",   "5", "3", "30000", name,
                                  session->store,    "UTF8", NULL};
    PGconn *link = session->pq.connectdbParams(keywords, values, 1);
    if (link == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for a connection");
    (void)session->pq.setNoticeProcessor(link, notice_ignore, NULL);
    enum status status = link_check(session, link, fault);
    if (status == OK) status = link_set_up(session, link, fault);
    if (status != OK) {
        session->pq.finish(link);
        return status;
    }
    session->link = link;
    session->generation++;
    session->unread = 0;
    session->waiting_count = 0;
    return OK;
}

/* Gives the link up. A transaction that has not reached its commit may be run again. */
static void link_lose(struct db_session *session, const char *why)
{
    if (session->link == NULL) return;
    char message[FAULT_BYTES_MAX];
    message_copy(why != NULL ? why : session->pq.errorMessage(session->link), message);
    log_write(LOG_ERROR, "store: the connection to PostgreSQL is lost: %s", message);
    session->told = true;
    session->pq.finish(session->link);
    session->link = NULL;
    session->waiting_count = 0;
    session->unread = 0;
    session->again = session->transaction;
}

enum status db_session_renew(struct db_session *session)
{
    if (session->link != NULL) return OK;
    int64_t began_ms = clock_monotonic_ms();
    if (began_ms < session->retry_ms) return UNAVAILABLE;
    struct fault fault;
    if (link_open(session, &fault) == OK) {
        if (session->told) log_write(LOG_INFO, "store: connected to PostgreSQL again");
        session->told = false;
        return OK;
    }
    if (!session->told) log_write(LOG_ERROR, "store: %s", fault.message);
    session->told = true;
    /* A server that does not even refuse takes long: it must not take all our time. */
    int64_t took_ms = clock_monotonic_ms() - began_ms;
    session->retry_ms = began_ms + took_ms + (took_ms > RETRY_MS ? 2 * took_ms : RETRY_MS);
    return UNAVAILABLE;
}

/* libpq's own message would show the string. */
static enum status store_check(const struct db_session *session, struct fault *fault)
{
    char *message = NULL;
    PQconninfoOption *options = session->pq.conninfoParse(session->store, &message);
    bool valid = options != NULL;
    session->pq.conninfoFree(options);
    session->pq.freemem(message);
    if (valid) return OK;
    return fault_set(fault, INVALID_ARGUMENT,
                     "the store is no connection string such as "
                     "postgresql://user@host:5432/database?sslmode=verify-full");
}

enum status db_session_open(const struct db_config *config, struct db_session **out,
                            struct fault *fault)
{
    const char *schema = config->schema == NULL ? "public" : config->schema;
    if (!schema_valid(schema)) {
        return fault_set(fault, INVALID_ARGUMENT,
                         "a schema's name has a-z, 0-9 and _, at most %d, and no digit first: %s",
                         SESSION_SCHEMA_BYTES - 1, schema);
    }
    struct db_session *session = alloc_should_fail() ? NULL : calloc(1, sizeof *session);
    if (session != NULL) session->store = alloc_should_fail() ? NULL : strdup(config->store);
    if (session == NULL || session->store == NULL) {
        free(session);
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for a connection");
    }
    session->access = config->access;
    (void)snprintf(session->schema, sizeof session->schema, "%s", schema);
    uint64_t origin = 0;
    (void)!getrandom(&origin, sizeof origin, 0);
    (void)snprintf(session->origin, sizeof session->origin, "%016llx", (unsigned long long)origin);
    (void)snprintf(session->notify, sizeof session->notify, "NOTIFY \"sotong_%s\", '%s'", schema,
                   session->origin);
    enum status status = libpq_load(&session->pq, fault);
    if (status == OK) status = store_check(session, fault);
    if (status == OK && !config->later) status = link_open(session, fault);
    if (status != OK) {
        db_session_close(session);
        return status;
    }
    *out = session;
    return OK;
}

void db_session_close(struct db_session *session)
{
    if (session->link != NULL) session->pq.finish(session->link);
    free(session->store);
    free(session);
}

/* ---- Flights: what is sent together, and its results ---- */

/* Waits until the socket can be read, or written where bytes are left. */
static bool link_wait(struct db_session *session, bool unsent, int64_t until_ms)
{
    int64_t left_ms = until_ms - clock_monotonic_ms();
    struct pollfd poll_fd = {.fd = session->pq.socket(session->link),
                             .events = (short)(POLLIN | (unsent ? POLLOUT : 0))};
    int ready = left_ms <= 0 ? 0 : poll(&poll_fd, 1, (int)left_ms);
    if (ready == 0) link_lose(session, "it does not answer");
    if (ready == 0) return false;
    if (session->pq.consumeInput(session->link) == 1) return true;
    link_lose(session, NULL);
    return false;
}

/* The next result; NULL: the next command's begin. The link may be lost behind it. */
static PGresult *result_next(struct db_session *session, int64_t until_ms)
{
    int unsent = session->pq.flush(session->link);
    while (unsent >= 0 && session->pq.isBusy(session->link) == 1) {
        if (!link_wait(session, unsent == 1, until_ms)) return NULL;
        unsent = session->pq.flush(session->link);
    }
    if (unsent < 0) {
        link_lose(session, NULL);
        return NULL;
    }
    return session->pq.getResult(session->link);
}

/* What a flight came to. */
struct landing {
    PGresult *last;  /* Of its last command; NULL: an earlier one failed, or the link is lost. */
    PGresult *error; /* The first. */
    size_t done;     /* Commands that succeeded. */
};

static void landing_take(struct db_session *session, struct landing *landing, PGresult *result)
{
    const struct libpq *pq = &session->pq;
    ExecStatusType status = pq->resultStatus(result);
    bool failed = status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
    if (failed && landing->error == NULL) {
        landing->error = result;
    } else if (failed || status == PGRES_PIPELINE_ABORTED) {
        pq->clear(result);
    } else {
        pq->clear(landing->last);
        landing->last = result;
        landing->done++;
    }
}

/* Reads a flight to its end. */
static struct landing flight_read(struct db_session *session)
{
    const struct libpq *pq = &session->pq;
    struct landing landing = {NULL, NULL, 0};
    int64_t until_ms = clock_monotonic_ms() + ANSWER_TIMEOUT_MS;
    bool ended = false, between = false;
    while (session->link != NULL && !ended) {
        PGresult *result = result_next(session, until_ms);
        if (session->link == NULL) break;
        ended = result != NULL && pq->resultStatus(result) == PGRES_PIPELINE_SYNC;
        if (ended) {
            pq->clear(result);
        } else if (result != NULL) {
            landing_take(session, &landing, result);
        } else if (between || pq->status(session->link) != CONNECTION_OK) {
            link_lose(session, NULL); /* Nothing will come, and we wait. */
        }
        between = result == NULL;
    }
    if (ended) session->unread--;
    return landing;
}

static void landing_clear(struct db_session *session, struct landing *landing)
{
    session->pq.clear(landing->last);
    session->pq.clear(landing->error);
    landing->last = landing->error = NULL;
}

/* Reads the flights that nobody waited for, up to the last few: what they came to has no meaning by
 * now. */
static void flights_forget(struct db_session *session, size_t but)
{
    while (session->link != NULL && session->unread > but) {
        struct landing landing = flight_read(session);
        landing_clear(session, &landing);
    }
}

static bool command_send(struct db_session *session, const char *command)
{
    return session->pq.sendQueryParams(session->link, command, 0, NULL, NULL, NULL, NULL, 1) == 1;
}

static bool waiting_send(struct db_session *session)
{
    bool sent = true;
    for (size_t i = 0; sent && i < session->waiting_count; i++)
        sent = command_send(session, session->waiting[i]);
    session->waiting_count = 0;
    return sent;
}

/* Ends the flight that was sent. Its bytes leave at once as far as the system takes them. */
static bool flight_end(struct db_session *session, bool sent)
{
    if (sent && session->pq.pipelineSync(session->link) == 1 &&
        session->pq.flush(session->link) >= 0) {
        session->unread++;
        session->sent = session->transaction;
        return true;
    }
    link_lose(session, NULL);
    return false;
}

static enum status error_status(struct db_session *session, const PGresult *error, const char *what)
{
    const struct libpq *pq = &session->pq;
    const char *code = pq->resultErrorField(error, PG_DIAG_SQLSTATE);
    const char *message = pq->resultErrorField(error, PG_DIAG_MESSAGE_PRIMARY);
    struct db_sqlstate meaning = db_sqlstate_of(code);
    if (meaning.again) session->again = true;
    if (meaning.logged) {
        log_write(LOG_ERROR, "store: %s: %s (%s)", what, message == NULL ? "no answer" : message,
                  code == NULL ? "the connection is lost" : code);
    }
    return meaning.status;
}

/* The outcome of the flight that was sent last. On OK its result is the caller's. */
static enum status flight_outcome(struct db_session *session, const char *what,
                                  struct landing *landing)
{
    flights_forget(session, 1);
    *landing = flight_read(session); /* Nothing, where the link is lost. */
    if (landing->error == NULL && landing->last != NULL && session->link != NULL) return OK;
    enum status status = UNAVAILABLE;
    if (landing->error != NULL) status = error_status(session, landing->error, what);
    landing_clear(session, landing);
    return status;
}

/* ---- Transactions ---- */

void db_session_look(struct db_session *session)
{
    enum { LOOKS_MAX = 8 };
    for (int i = 0; session->link != NULL && i < LOOKS_MAX; i++) {
        struct pollfd poll_fd = {.fd = session->pq.socket(session->link), .events = POLLIN};
        if (poll(&poll_fd, 1, 0) <= 0) return;
        if (session->pq.consumeInput(session->link) != 1) link_lose(session, NULL);
    }
}

enum status db_session_begin(struct db_session *session)
{
    session->transaction = false;
    db_session_look(session);
    enum status status = db_session_renew(session);
    if (status != OK) return status;
    session->transaction = true;
    session->sent = session->changed = session->again = false;
    session->waiting_count = 0;
    status = db_session_defer(session, "BEGIN");
    /* One writer at a time, whichever replica it is in; the lock goes with the transaction. What is
     * read behind it is what the writer before has committed. */
    if (status == OK && session->access == DB_READ_WRITE) {
        status = db_session_defer(session, "EXECUTE sotong_lock");
    }
    return status;
}

enum status db_session_defer(struct db_session *session, const char *command)
{
    if (session->link == NULL) return UNAVAILABLE;
    assert(session->waiting_count < SESSION_COMMANDS_MAX);
    session->waiting[session->waiting_count++] = command;
    return OK;
}

/* A failed transaction is rolled back by COMMIT, which says so and calls it a success. */
static enum status commit_outcome(struct db_session *session)
{
    struct landing landing;
    enum status status = flight_outcome(session, "commit", &landing);
    session->again = false; /* It may have been done. */
    if (status != OK) {
        /* The COMMIT was not reached where something before it failed. */
        if (session->link != NULL) (void)flight_end(session, command_send(session, "ROLLBACK"));
        return UNAVAILABLE;
    }
    bool committed = strcmp(session->pq.cmdStatus(landing.last), "COMMIT") == 0;
    landing_clear(session, &landing);
    return committed ? OK : UNAVAILABLE;
}

enum status db_session_commit(struct db_session *session)
{
    assert(session->transaction);
    session->transaction = false;
    if (session->link == NULL) return UNAVAILABLE;
    if (!session->sent) { /* Nothing was asked of the server. */
        session->waiting_count = 0;
        return OK;
    }
    if (session->changed) session->waiting[session->waiting_count++] = session->notify;
    bool sent = waiting_send(session) && command_send(session, "COMMIT");
    if (!flight_end(session, sent)) return UNAVAILABLE;
    return session->access == DB_READ_WRITE ? commit_outcome(session) : OK;
}

void db_session_rollback(struct db_session *session)
{
    session->transaction = false;
    session->waiting_count = 0;
    if (session->link == NULL || !session->sent) return;
    (void)flight_end(session, command_send(session, "ROLLBACK"));
}

/* ---- Statements ---- */

static void count_changes(struct db_session *session, PGresult *result)
{
    const char *tuples = session->pq.cmdTuples(result);
    if (tuples[0] == '\0' || strncmp(session->pq.cmdStatus(result), "SELECT", 6) == 0) return;
    session->changes = strtoll(tuples, NULL, 10);
    session->changes_total += session->changes;
    if (session->changes > 0) session->changed = true;
}

enum status db_session_run(struct db_session *session, struct db_flight *flight, PGresult **result)
{
    if (!session->transaction && db_session_renew(session) != OK) return UNAVAILABLE;
    if (session->link == NULL) return UNAVAILABLE;
    const struct libpq *pq = &session->pq;
    size_t before = session->waiting_count;
    bool sent = waiting_send(session);
    if (flight->name[0] == '\0') {
        sent =
            sent && pq->sendQueryParams(session->link, flight->text, flight->count, flight->types,
                                        flight->values, flight->lengths, flight->formats, 1) == 1;
    } else {
        if (flight->prepare) {
            sent = sent && pq->sendPrepare(session->link, flight->name, flight->text, flight->count,
                                           flight->types) == 1;
        }
        sent =
            sent && pq->sendQueryPrepared(session->link, flight->name, flight->count,
                                          flight->values, flight->lengths, flight->formats, 1) == 1;
    }
    if (!flight_end(session, sent)) return UNAVAILABLE;
    struct landing landing;
    enum status status = flight_outcome(session, flight->what, &landing);
    flight->prepared = flight->prepare && landing.done > before;
    if (status != OK) return status;
    count_changes(session, landing.last);
    *result = landing.last;
    return OK;
}

/* ---- Scripts ---- */

static enum status script_run(struct db_session *session, const char *text, struct fault *fault)
{
    const struct libpq *pq = &session->pq;
    PGresult *result = pq->exec(session->link, text);
    ExecStatusType outcome = pq->resultStatus(result);
    enum status status = OK;
    if (outcome != PGRES_COMMAND_OK && outcome != PGRES_TUPLES_OK && outcome != PGRES_EMPTY_QUERY) {
        const char *message = pq->resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        fault_set(fault, INTERNAL, "%s", message == NULL ? "no answer" : message);
        status = error_status(session, result, "script");
    }
    pq->clear(result);
    if (pq->status(session->link) != CONNECTION_OK) link_lose(session, NULL);
    return status;
}

enum status db_session_script(struct db_session *session, const char *text, struct fault *fault)
{
    enum status status = OK;
    if (!session->transaction) status = db_session_renew(session);
    if (status == OK && session->link != NULL && session->waiting_count > 0) {
        struct landing landing = {NULL, NULL, 0};
        if (flight_end(session, waiting_send(session)))
            status = flight_outcome(session, "script", &landing);
        landing_clear(session, &landing);
    }
    flights_forget(session, 0);
    if (status == OK && session->link == NULL) status = UNAVAILABLE;
    if (status == OK && session->pq.exitPipelineMode(session->link) != 1) status = INTERNAL;
    if (status != OK) return fault_set(fault, status, "the connection cannot be used");
    status = script_run(session, text, fault);
    if (session->link != NULL && session->pq.enterPipelineMode(session->link) != 1) {
        link_lose(session, NULL);
    }
    session->changed = true; /* As far as anyone can tell. */
    return status;
}
