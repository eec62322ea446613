#include "db/db_watch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "db/db_engine.h"
#include "db/db_session.h"

enum {
    RETRY_MS = 1000,      /* Between attempts to connect. */
    ALIVE_MS = 60 * 1000, /* Of silence, before the connection is asked whether it lives. */
};

struct db_watch {
    struct db_config config;
    char origin[SESSION_ORIGIN_BYTES]; /* The writer whose commits are no news. */
    struct db_session *session;        /* NULL: not connected. */
    bool listening;
    int stop; /* An eventfd. */
};

enum status db_watch_new(const struct db_config *config, const struct db *writer,
                         struct db_watch **out, struct fault *fault)
{
    struct db_watch *watch = calloc(1, sizeof *watch);
    int stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch == NULL || stop < 0) {
        if (stop >= 0) (void)close(stop);
        free(watch);
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory, or no descriptor, for a watch");
    }
    watch->config = *config;
    watch->config.access = DB_READ_ONLY;
    watch->stop = stop;
    const struct db_session *session = writer->connection;
    memcpy(watch->origin, session->origin, sizeof watch->origin);
    *out = watch;
    return OK;
}

enum wake { WAKE_STOP, WAKE_INPUT, WAKE_TIME };

static enum wake wait_for(struct db_watch *watch, int wait_ms)
{
    struct pollfd fds[] = {
        {.fd = watch->stop, .events = POLLIN},
        {.fd = watch->listening ? watch->session->pq.socket(watch->session->link) : -1,
         .events = POLLIN},
    };
    int ready = poll(fds, 2, wait_ms);
    if ((fds[0].revents & POLLIN) != 0) return WAKE_STOP;
    return ready == 0 ? WAKE_TIME : WAKE_INPUT;
}

static bool listen_begin(struct db_watch *watch)
{
    struct fault fault;
    if (watch->session == NULL && db_session_open(&watch->config, &watch->session, &fault) != OK)
        return false;
    if (db_session_renew(watch->session) != OK) return false;
    char command[SESSION_COMMAND_BYTES];
    (void)snprintf(command, sizeof command, "LISTEN \"sotong_%s\"", watch->session->schema);
    watch->listening = db_session_script(watch->session, command, &fault) == OK;
    return watch->listening;
}

/* What has come by now: whether any of it is another's. */
static bool news_read(struct db_watch *watch)
{
    struct db_session *session = watch->session;
    bool news = false;
    db_session_look(session);
    PGnotify *notify;
    while (session->link != NULL && (notify = session->pq.notifies(session->link)) != NULL) {
        news = news || strcmp(notify->extra, watch->origin) != 0;
        session->pq.freemem(notify);
    }
    watch->listening = session->link != NULL;
    return news;
}

/* A link that has died without a word shows when something is sent. */
static void link_ask(struct db_watch *watch)
{
    struct fault fault;
    watch->listening = db_session_script(watch->session, "SELECT 1", &fault) == OK;
}

bool db_watch_wait(struct db_watch *watch)
{
    for (;;) {
        if (!watch->listening) {
            /* What was committed before is not told: whoever waits must look. */
            if (listen_begin(watch)) return true;
            if (wait_for(watch, RETRY_MS) == WAKE_STOP) return false;
            continue;
        }
        if (news_read(watch)) return true;
        enum wake wake = watch->listening ? wait_for(watch, ALIVE_MS) : WAKE_INPUT;
        if (wake == WAKE_STOP) return false;
        if (wake == WAKE_TIME) link_ask(watch);
    }
}

void db_watch_stop(struct db_watch *watch)
{
    const uint64_t one = 1;
    (void)!write(watch->stop, &one, sizeof one);
}

void db_watch_free(struct db_watch *watch)
{
    if (watch == NULL) return;
    if (watch->session != NULL) db_session_close(watch->session);
    (void)close(watch->stop);
    free(watch);
}
