#include "rpc/server/rpc_lanes.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <uv.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/db_watch.h"
#include "rpc/server/rpc_call.h"
#include "rpc/server/rpc_jobs.h"
#include "rpc/server/rpc_loop.h"
#include "rpc/server/rpc_metrics.h"
#include "rpc/server/rpc_replay.h"
#include "rpc/server/rpc_server_parts.h"
#include "rpc/server/rpc_workers.h"

enum {
    NS_PER_MS = 1000000,
    WRITE_ATTEMPTS_MAX = 3,
    CAREFUL_BATCHES = 64, /* With savepoints, after one had to run twice for want of them. */
};

struct rpc_lanes {
    struct rpc_lanes_config config;
    atomic_uint commits;      /* Counted by the writer when they are durable. */
    struct rpc_chores chores; /* The writer's. */
    struct rpc_store store;
    int careful_batches; /* The writer's: how many still get savepoints. */
    uv_thread_t writer_thread;
    bool writer_started;
    struct rpc_workers *flows;
    /* NULL, all three: reads do not block, and nobody else writes. */
    struct rpc_workers *reads;
    struct rpc_workers *stream_reads;
    struct db_watch *watch;
    uv_thread_t watch_thread;
    bool watch_started;

    uv_mutex_t mutex; /* Guards everything below, and the state of every job. */
    uv_cond_t write_waiting;
    uv_cond_t write_done; /* For those in rpc_write. */
    struct rpc_jobs writes;
    bool chores_begun;
    bool stopping;
};

/* Wakes who waits for commits, health's watchers among them. */
static void tell_waiters(struct rpc_lanes *lanes)
{
    lanes->commits++;
    lanes->config.committed(lanes->config.context);
}

/* ---- Commits of other processes ---- */

static void watch_main(void *argument)
{
    struct rpc_lanes *lanes = argument;
    while (db_watch_wait(lanes->watch))
        tell_waiters(lanes);
}

static void watch_start(struct rpc_lanes *lanes)
{
    if (lanes->watch == NULL) return;
    const uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE,
                                         .stack_size = RPC_WRITER_STACK_BYTES};
    int error = uv_thread_create_ex(&lanes->watch_thread, &options, watch_main, lanes);
    lanes->watch_started = error == 0;
    if (error == 0) return;
    log_write(LOG_ERROR, "streams will not see what other replicas write: no thread: %s",
              uv_strerror(error));
}

/* ---- The write lane ---- */

static enum status job_body(struct rpc_job *job)
{
    if (job->body == NULL) {
        return rpc_replay_applies(job->call) ? rpc_replay_run(job->call) : rpc_call_run(job->call);
    }
    if (rpc_cancelled(job->call)) {
        return rpc_fail(job->call, CANCELLED, "the call was over before the write");
    }
    return job->body(job->call, job->context);
}

/* Runs one job in a savepoint, so that its failure undoes it alone; bare, without one. */
static void job_try(struct rpc_job *job, struct db *db, bool bare)
{
    job->status = bare ? db_transaction_check(db) : db_savepoint_begin(db);
    if (job->status != OK) {
        (void)rpc_fail(job->call, job->status, "the store cannot be written now");
        return;
    }
    struct db *before = job->call->db;
    job->call->db = db;
    job->status = job_body(job);
    job->call->db = before;
    if (bare) return;
    if (job->status == OK) {
        job->status = db_savepoint_release(db);
        if (job->status != OK) (void)rpc_fail(job->call, job->status, "the write was not kept");
    } else {
        db_savepoint_rollback(db);
    }
}

/* Whether a job may run once more. What a flow gave to rpc_write may have told the flow something:
 * it runs once. */
static bool job_again(const struct rpc_job *job, const struct db *db)
{
    return job->body == NULL && job->status != OK && db_may_run_again(db);
}

/* What a job came to that may run again. */
static void job_forget(struct rpc_job *job)
{
    rpc_call_forget(job->call);
    if (job->ran) arena_rewind(&job->call->arena, job->mark);
}

static void job_run(struct rpc_job *job, struct db *db, bool bare)
{
    bool again = true;
    if (!job->ran) job->mark = arena_mark(&job->call->arena);
    job->ran = true;
    for (int attempt = 0; again && attempt < WRITE_ATTEMPTS_MAX; attempt++) {
        if (attempt > 0) job_forget(job);
        job_try(job, db, bare);
        again = db_in_transaction(db) && job_again(job, db);
    }
}

static void job_fail(struct rpc_job *job, enum status outcome)
{
    bool own = outcome == DATA_LOSS || outcome == RESOURCE_EXHAUSTED;
    enum status status = own ? outcome : UNAVAILABLE;
    job->status = rpc_fail(job->call, status, "the store could not commit%s",
                           status == DATA_LOSS            ? ": it is damaged"
                           : status == RESOURCE_EXHAUSTED ? " for want of memory; try again"
                                                          : "; try again");
    job->call->violation_count = 0;
    job->call->reason[0] = '\0';
}

/* Nothing of the batch is durable: none of its outcomes may leave, not even a failure, which may
 * rest on what a neighbour wrote. */
static void batch_fail(struct rpc_jobs *jobs, enum status outcome)
{
    for (struct rpc_job *job = jobs->first; job != NULL; job = job->next)
        job_fail(job, outcome);
}

/* The store went down while they waited: none of them has run. */
static void batch_refuse(const struct rpc_lanes *lanes, struct rpc_jobs *jobs)
{
    for (struct rpc_job *job = jobs->first; job != NULL; job = job->next)
        job->status = rpc_store_refuse(&lanes->store, job->call);
}

/* What a transaction of calls and chores came to. */
struct outcome {
    enum status status; /* OK: it is durable. */
    bool again;         /* It is not, but may be when all is run once more … */
    bool careful;       /* … and will be with savepoints; no chore has run. */
    bool chores;        /* They ran in it, and it is durable … */
    bool changed;       /* … and one changed something. */
};

/* A savepoint costs a small write a fifth of its work, as SQLite copies each page that is changed
 * after it. Without them all must be undone when one fails that has changed rows, and run once more
 * with them: so only where all jobs may, and not again soon after one did. Of a single job there is
 * nothing to be saved. */
static bool batch_is_bare(struct rpc_lanes *lanes, const struct rpc_jobs *jobs)
{
    if (jobs->count < 2 || !db_fails_alone(lanes->config.writer)) return false;
    if (lanes->careful_batches > 0) {
        lanes->careful_batches--;
        return false;
    }
    for (const struct rpc_job *job = jobs->first; job != NULL; job = job->next) {
        if (job->body != NULL) return false;
    }
    return true;
}

/* Runs the jobs one after the other, bare from the first change on: before it there is nothing that
 * a savepoint would have to keep. False: one failed bare that had changed rows. */
static bool jobs_run(struct rpc_jobs *jobs, struct db *db, bool bare)
{
    int64_t begin = db_changes_total(db);
    for (struct rpc_job *job = jobs->first; job != NULL; job = job->next) {
        if (job->ran && job->body != NULL) continue;
        int64_t before = db_changes_total(db);
        bool alone = !bare || before == begin;
        job_run(job, db, !alone);
        if (!alone && job->status != OK && db_changes_total(db) != before) return false;
    }
    return true;
}

static struct outcome batch_try(struct rpc_lanes *lanes, struct rpc_jobs *jobs, bool chores,
                                bool bare)
{
    struct db *db = lanes->config.writer;
    int64_t began_us = clock_monotonic_us();
    struct outcome outcome = {.status = db_begin(db)};
    if (outcome.status != OK) return outcome;
    if (!jobs_run(jobs, db, bare)) {
        db_rollback(db);
        return (struct outcome){.status = ABORTED, .again = true, .careful = true};
    }
    outcome.changed = chores && rpc_chores_run(&lanes->chores, db);
    outcome.status = db_commit(db);
    bool kept = outcome.status == OK;
    outcome.again = !kept && db_may_run_again(db);
    outcome.chores = kept && chores;
    if (jobs->count > 0 || outcome.changed) {
        rpc_metrics_commit(lanes->config.metrics, jobs->count, clock_monotonic_us() - began_us,
                           kept);
    }
    if (!kept) db_rollback(db);
    return outcome;
}

/* All calls fail, and those that may run again forget it. */
static void batch_forget(struct rpc_jobs *jobs)
{
    batch_fail(jobs, UNAVAILABLE);
    for (struct rpc_job *job = jobs->first; job != NULL; job = job->next) {
        if (job->body == NULL) job_forget(job);
    }
}

/* Runs a batch until it is kept: what a lost connection or a conflict undid is run again, a few
 * times. `again` of what it returns: there was no end to that. */
static struct outcome batch_insist(struct rpc_lanes *lanes, struct rpc_jobs *jobs, bool chores)
{
    struct outcome outcome = batch_try(lanes, jobs, chores, batch_is_bare(lanes, jobs));
    if (outcome.careful) {
        lanes->careful_batches = CAREFUL_BATCHES;
        batch_forget(jobs);
        outcome = batch_try(lanes, jobs, chores, false);
    }
    for (int attempt = 1; outcome.again && attempt < WRITE_ATTEMPTS_MAX; attempt++) {
        batch_forget(jobs);
        outcome = batch_try(lanes, jobs, false, false);
    }
    if (outcome.status != OK) batch_fail(jobs, outcome.status);
    return outcome;
}

/* Each call in a transaction of its own, since one of them may be what undoes the others': a
 * statement that ends its connection, for one. Ends with the first that fails otherwise, as then
 * the store is out of order. OK: one at least was kept. */
static enum status batch_split(struct rpc_lanes *lanes, struct rpc_jobs *jobs)
{
    struct outcome outcome = {UNAVAILABLE, .again = true};
    bool kept = false;
    for (struct rpc_job *job = jobs->first, *next; job != NULL; job = next) {
        struct rpc_jobs single = {job, job, 1};
        next = job->next;
        job->next = NULL; /* The batch is this thread's alone. */
        bool broken = outcome.status != OK && !outcome.again;
        if (!broken) {
            batch_forget(&single);
            outcome = batch_insist(lanes, &single, false);
            kept |= outcome.status == OK;
        }
        job->next = next;
    }
    return kept ? OK : outcome.status;
}

/* Runs the calls that waited, of which there may be none, and the chores that are due. */
static void batch_run(struct rpc_lanes *lanes, struct rpc_jobs *jobs, bool chores)
{
    struct outcome outcome = batch_insist(lanes, jobs, chores);
    if (chores && outcome.chores) rpc_chores_kept(&lanes->chores);
    if (chores && !outcome.chores) rpc_chores_put_off(&lanes->chores);
    if (outcome.again && jobs->count > 1) outcome.status = batch_split(lanes, jobs);
    bool kept = outcome.status == OK;
    bool turned = rpc_store_check(&lanes->store, outcome.status);
    if (turned || (kept && (jobs->count > 0 || outcome.changed))) tell_waiters(lanes);
}

/* Hands out what the batch's jobs came to. Their owners may release them at once. */
static void batch_finish(struct rpc_lanes *lanes, struct rpc_jobs *jobs)
{
    bool blocks = false;
    struct rpc_job *next;
    uv_mutex_lock(&lanes->mutex);
    for (struct rpc_job *job = jobs->first; job != NULL; job = job->next) {
        job->state = RPC_JOB_DONE;
        blocks |= job->blocks;
    }
    for (struct rpc_job *job = jobs->first; job != NULL; job = next) {
        next = job->next;
        if (!job->blocks) rpc_loop_post(job->call->loop, job);
    }
    if (blocks) uv_cond_broadcast(&lanes->write_done);
    uv_mutex_unlock(&lanes->mutex);
}

/* How long until a chore or a probe of the store is due, under the mutex; INT64_MAX: for ever. */
static int64_t due_in_ms(const struct rpc_lanes *lanes)
{
    int64_t due_ms = rpc_store_due_ms(&lanes->store);
    bool up = rpc_store_state(&lanes->store) == RPC_STORE_UP;
    if (up && lanes->chores_begun) due_ms = rpc_chores_due_ms(&lanes->chores);
    if (due_ms == INT64_MAX) return INT64_MAX;
    int64_t wait_ms = due_ms - clock_monotonic_ms();
    return wait_ms > 0 ? wait_ms : 0;
}

/* Waits for something to do, under the mutex. False: the writer ends. */
static bool writer_wait(struct rpc_lanes *lanes)
{
    while (lanes->writes.count == 0) {
        if (lanes->stopping) return false;
        int64_t wait_ms = due_in_ms(lanes);
        if (wait_ms == 0) return true;
        if (wait_ms == INT64_MAX) {
            uv_cond_wait(&lanes->write_waiting, &lanes->mutex);
        } else {
            (void)uv_cond_timedwait(&lanes->write_waiting, &lanes->mutex,
                                    (uint64_t)wait_ms * NS_PER_MS);
        }
    }
    return true;
}

/* `due`: what due_in_ms speaks of. */
static void writer_turn(struct rpc_lanes *lanes, struct rpc_jobs *jobs, bool due)
{
    if (rpc_store_state(&lanes->store) == RPC_STORE_UP) {
        batch_run(lanes, jobs, due);
        return;
    }
    batch_refuse(lanes, jobs);
    if (due && rpc_store_probe(&lanes->store)) tell_waiters(lanes);
}

static void writer_main(void *argument)
{
    struct rpc_lanes *lanes = argument;
    uv_mutex_lock(&lanes->mutex);
    while (writer_wait(lanes)) {
        bool due = due_in_ms(lanes) == 0;
        struct rpc_jobs jobs =
            rpc_jobs_take(&lanes->writes, db_calls_batch_max(lanes->config.writer));
        uv_mutex_unlock(&lanes->mutex);
        writer_turn(lanes, &jobs, due);
        batch_finish(lanes, &jobs);
        uv_mutex_lock(&lanes->mutex);
    }
    uv_mutex_unlock(&lanes->mutex);
}

void rpc_lanes_begin_chores(struct rpc_lanes *lanes)
{
    uv_mutex_lock(&lanes->mutex);
    lanes->chores_begun = true;
    uv_cond_signal(&lanes->write_waiting);
    uv_mutex_unlock(&lanes->mutex);
    watch_start(lanes);
}

void rpc_lanes_end_chores(struct rpc_lanes *lanes)
{
    uv_mutex_lock(&lanes->mutex);
    lanes->chores_begun = false;
    uv_mutex_unlock(&lanes->mutex);
}

enum status rpc_lanes_submit_write(struct rpc_lanes *lanes, struct rpc_job *job)
{
    if (!lanes->writer_started) {
        return rpc_fail(job->call, FAILED_PRECONDITION, "the service has no store");
    }
    if (rpc_store_state(&lanes->store) != RPC_STORE_UP) {
        rpc_refuse_count(job->call, RPC_REFUSED_STORE);
        return rpc_store_refuse(&lanes->store, job->call);
    }
    uv_mutex_lock(&lanes->mutex);
    bool fits = lanes->writes.count < lanes->config.write_queue_max;
    if (fits) rpc_jobs_push(&lanes->writes, job);
    uv_cond_signal(&lanes->write_waiting);
    uv_mutex_unlock(&lanes->mutex);
    if (fits) return OK;
    rpc_refuse_count(job->call, RPC_REFUSED_WRITE_QUEUE);
    return rpc_fail(job->call, UNAVAILABLE, "%zu writes are waiting already",
                    lanes->config.write_queue_max);
}

void rpc_lanes_queued(struct rpc_lanes *lanes, struct rpc_lanes_queued *queued)
{
    uv_mutex_lock(&lanes->mutex);
    *queued = (struct rpc_lanes_queued){.writes = lanes->writes.count};
    uv_mutex_unlock(&lanes->mutex);
    queued->flows = rpc_workers_queued(lanes->flows);
    if (lanes->reads != NULL) queued->reads = rpc_workers_queued(lanes->reads);
    if (lanes->stream_reads != NULL) queued->reads += rpc_workers_queued(lanes->stream_reads);
}

enum status rpc_lanes_write(struct rpc_lanes *lanes, struct rpc_call *call,
                            enum status (*write)(struct rpc_call *call, void *context),
                            void *context)
{
    assert(call->lane == RPC_LANE_FLOW); /* The writer itself would wait for ever. */
    struct rpc_job job = {
        .call = call, .lane = RPC_LANE_WRITE, .body = write, .context = context, .blocks = true};
    enum status status = rpc_lanes_submit_write(lanes, &job);
    if (status != OK) return status;
    uv_mutex_lock(&lanes->mutex);
    while (job.state != RPC_JOB_DONE)
        uv_cond_wait(&lanes->write_done, &lanes->mutex);
    uv_mutex_unlock(&lanes->mutex);
    return job.status;
}

/* NULL: the lane is the writer's. */
static struct rpc_workers *workers_of(const struct rpc_lanes *lanes, enum rpc_lane lane)
{
    switch (lane) {
    case RPC_LANE_FLOW:
        return lanes->flows;
    case RPC_LANE_REMOTE_READ:
        return lanes->reads;
    case RPC_LANE_STREAM:
        return lanes->stream_reads;
    case RPC_LANE_READ:
    case RPC_LANE_WRITE:
        return NULL;
    }
    return NULL;
}

bool rpc_lanes_reads_block(const struct rpc_lanes *lanes)
{
    return lanes->stream_reads != NULL;
}

enum status rpc_lanes_submit_read(struct rpc_lanes *lanes, struct rpc_job *job)
{
    return rpc_workers_submit(lanes->stream_reads, job);
}

bool rpc_lanes_withdraw(struct rpc_lanes *lanes, struct rpc_job *job)
{
    struct rpc_workers *workers = workers_of(lanes, job->lane);
    if (workers != NULL) return rpc_workers_withdraw(workers, job);
    uv_mutex_lock(&lanes->mutex);
    bool waited = rpc_jobs_withdraw(&lanes->writes, job);
    uv_mutex_unlock(&lanes->mutex);
    return waited;
}

unsigned rpc_lanes_commits(const struct rpc_lanes *lanes)
{
    return lanes->commits;
}

const struct rpc_store *rpc_lanes_store(const struct rpc_lanes *lanes)
{
    return lanes->writer_started ? &lanes->store : NULL;
}

bool rpc_lanes_mend(struct rpc_lanes *lanes, struct db *reader)
{
    enum status trouble = reader == NULL ? OK : db_trouble(reader);
    if (trouble == OK) return false;
    if (trouble == DATA_LOSS && rpc_store_damage(&lanes->store)) tell_waiters(lanes);
    struct fault fault;
    db_rollback(reader);
    (void)!db_reopen(reader, &fault);
    return true;
}

enum status rpc_lanes_submit(struct rpc_lanes *lanes, struct rpc_call *call)
{
    call->job = (struct rpc_job){.call = call, .lane = call->lane};
    struct rpc_workers *workers = workers_of(lanes, call->lane);
    if (workers != NULL) return rpc_workers_submit(workers, &call->job);
    return rpc_lanes_submit_write(lanes, &call->job);
}

/* ---- Beginning and end ---- */

static enum status writer_start(struct rpc_lanes *lanes, struct fault *fault)
{
    if (lanes->config.writer == NULL) return OK;
    const uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE,
                                         .stack_size = RPC_WRITER_STACK_BYTES};
    int error = uv_thread_create_ex(&lanes->writer_thread, &options, writer_main, lanes);
    if (error != 0) {
        return fault_set(fault, UNAVAILABLE, "no thread for the writer: %s", uv_strerror(error));
    }
    lanes->writer_started = true;
    return OK;
}

static enum status workers_start(struct rpc_lanes *lanes, struct fault *fault)
{
    const struct rpc_lanes_config *config = &lanes->config;
    struct rpc_workers_config workers = {.lanes = lanes,
                                         .store = config->store,
                                         .workers_max = config->workers_max,
                                         .queue_max = config->flow_queue_max,
                                         .refusal = RPC_REFUSED_FLOW_QUEUE};
    workers.store.later = true;
    enum status status = rpc_workers_new(&workers, &lanes->flows, fault);
    if (config->store.store == NULL || !db_is_remote(config->store.store)) return status;
    workers.reads = true;
    workers.workers_max = config->readers_max;
    workers.queue_max = config->read_queue_max;
    workers.refusal = RPC_REFUSED_READ_QUEUE;
    if (status == OK) status = rpc_workers_new(&workers, &lanes->reads, fault);
    workers.workers_max = RPC_STREAM_READERS_MAX;
    workers.queue_max = config->streams_max; /* Each has one read at a time. */
    if (status == OK) status = rpc_workers_new(&workers, &lanes->stream_reads, fault);
    if (status == OK) status = db_watch_new(&config->store, config->writer, &lanes->watch, fault);
    return status;
}

enum status rpc_lanes_new(const struct rpc_lanes_config *config, struct rpc_lanes **out,
                          struct fault *fault)
{
    assert(config->workers_max <= RPC_WORKERS_MAX && config->readers_max <= RPC_READERS_MAX);
    struct rpc_lanes *lanes = calloc(1, sizeof *lanes);
    if (lanes == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the lanes");
    lanes->config = *config;
    rpc_store_init(&lanes->store, config->writer);
    rpc_chores_init(&lanes->chores, config->chores, config->chore_count, config->chore_bytes_max);
    if (uv_mutex_init(&lanes->mutex) != 0 || uv_cond_init(&lanes->write_waiting) != 0 ||
        uv_cond_init(&lanes->write_done) != 0)
        abort(); /* On Linux these only fail when called wrongly. */
    enum status status = workers_start(lanes, fault);
    if (status == OK) status = writer_start(lanes, fault);
    if (status != OK) {
        rpc_lanes_free(lanes);
        return status;
    }
    *out = lanes;
    return OK;
}

void rpc_lanes_free(struct rpc_lanes *lanes)
{
    if (lanes == NULL) return;
    if (lanes->watch_started) {
        db_watch_stop(lanes->watch);
        (void)uv_thread_join(&lanes->watch_thread);
    }
    rpc_workers_free(lanes->flows);
    rpc_workers_free(lanes->reads);
    rpc_workers_free(lanes->stream_reads);
    uv_mutex_lock(&lanes->mutex);
    lanes->stopping = true;
    uv_cond_broadcast(&lanes->write_waiting);
    uv_mutex_unlock(&lanes->mutex);
    if (lanes->writer_started) (void)uv_thread_join(&lanes->writer_thread);
    db_watch_free(lanes->watch);
    rpc_chores_free(&lanes->chores);
    uv_cond_destroy(&lanes->write_waiting);
    uv_cond_destroy(&lanes->write_done);
    uv_mutex_destroy(&lanes->mutex);
    free(lanes);
}
