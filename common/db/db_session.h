/* A session with a PostgreSQL server, in libpq's pipeline mode.
 *
 * Commands whose outcome nobody has to know at once (BEGIN, the lock of the writers, SAVEPOINT,
 * RELEASE) wait and travel with the next statement: a call's savepoint costs no round trip of its
 * own. Whatever they come to shows in that statement, and at the latest in the commit.
 *
 * A lost connection is opened again by the next db_session_begin, or by a statement outside of a
 * transaction. Until then everything is UNAVAILABLE. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "db/db.h"
#include "db/db_libpq.h"
#include "db/db_sqlstate.h"

/* Of one statement, the wait for the writers' lock included. */
#define SESSION_STATEMENT_TIMEOUT "20s"

enum {
    SESSION_COMMANDS_MAX = 8,    /* That wait for the next statement. */
    SESSION_SCHEMA_BYTES = 64,   /* A name of PostgreSQL's and its NUL. */
    SESSION_COMMAND_BYTES = 128, /* The longest of our own commands. */
    SESSION_ORIGIN_BYTES = 17,   /* Sixteen hexadecimal digits and a NUL. */
};

struct db_session {
    struct libpq pq;
    PGconn *link; /* NULL: lost. */
    char *store;  /* The connection string, which may hold a password. */
    char schema[SESSION_SCHEMA_BYTES];
    enum db_access access;
    unsigned generation; /* Of the link: what was prepared on an earlier one is gone. */
    bool transaction;    /* Begun and not ended; on a lost link it can only be ended. */
    bool sent;           /* Some of it has reached the server. */
    bool changed;        /* Rows changed in it. */
    bool again;          /* What made it fail may not happen the next time. */
    const char *waiting[SESSION_COMMANDS_MAX];
    size_t waiting_count;
    size_t unread;       /* Ends of flights that were sent and not read. */
    unsigned statements; /* Names given. */
    int64_t changes;     /* By the last statement that changes rows. */
    int64_t changes_total;
    int64_t retry_ms;                  /* Not before this time is a lost link opened again. */
    bool told;                         /* The log knows that it is lost. */
    char origin[SESSION_ORIGIN_BYTES]; /* Tells the watchers whose commit it was. */
    char notify[SESSION_COMMAND_BYTES];
};

/* A statement with its values, as libpq wants them. */
struct db_flight {
    const char *what; /* For the log. */
    const char *text;
    const char *name; /* "": it is prepared for this once. */
    bool prepare;     /* The server does not know the name yet. */
    bool prepared;    /* It does now; set where it was asked for. */
    int count;
    const Oid *types;
    const char *const *values;
    const int *lengths;
    const int *formats;
};

/* Connects, unless that is for later. UNAVAILABLE: there is no server, or it does not let us in;
 * INVALID_ARGUMENT: a schema's name is none; FAILED_PRECONDITION: its database is not in UTF-8, or
 * the server is too old. */
NODISCARD enum status db_session_open(const struct db_config *config, struct db_session **out,
                                      struct fault *fault);

void db_session_close(struct db_session *session);

/* Opens a lost link again, unless that failed a moment ago. */
NODISCARD enum status db_session_renew(struct db_session *session);

/* Takes what the server said while nobody listened: news, or that it has closed the link. */
void db_session_look(struct db_session *session);

/* Begins a transaction: renews a lost link, and sends nothing yet. */
NODISCARD enum status db_session_begin(struct db_session *session);

/* Commits. A writer waits for the outcome; UNAVAILABLE: it is not known, or the transaction was
 * rolled back. A reader does not wait. */
NODISCARD enum status db_session_commit(struct db_session *session);

void db_session_rollback(struct db_session *session);

/* A command that travels with the next statement; a literal. UNAVAILABLE: the link is lost. */
NODISCARD enum status db_session_defer(struct db_session *session, const char *command);

/* Sends what waits and the statement, and waits for its result, which the caller clears. */
NODISCARD enum status db_session_run(struct db_session *session, struct db_flight *flight,
                                     PGresult **result);

/* Several statements without values, one after the other; the fault says why one failed. */
NODISCARD enum status db_session_script(struct db_session *session, const char *text,
                                        struct fault *fault);
