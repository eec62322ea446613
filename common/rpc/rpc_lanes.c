#include "rpc/rpc_lanes.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <uv.h>

#include "base/clock.h"
#include "rpc/rpc_call.h"
#include "rpc/rpc_metrics.h"

/* A queue of calls, first in, first out. */
struct calls {
    struct rpc_call *first, *last;
    size_t count;
};

struct jobs {
    struct rpc_job *first, *last;
    size_t count;
};

struct worker {
    struct rpc_lanes *lanes;
    uv_thread_t thread;
};

struct rpc_lanes {
    struct rpc_lanes_config config;
    struct db *reader;       /* The loop's. */
    bool reading;            /* It is in a transaction, which all reads of a turn share. */
    unsigned reader_commits; /* `commits` when that began. */
    atomic_uint commits;     /* Counted by the writer when they are durable. */
    uv_prepare_t turn_end;
    uv_async_t wake; /* Tells the loop of `finished`. */
    uv_thread_t writer_thread;
    bool writer_started;
    struct worker workers[RPC_WORKERS_MAX];
    int worker_count;

    uv_mutex_t mutex; /* Guards everything below. */
    uv_cond_t write_waiting;
    uv_cond_t write_done; /* For those in rpc_write. */
    uv_cond_t flow_waiting;
    struct jobs writes;
    struct calls flows;
    struct calls finished;
    int workers_idle;
    bool stopping;
};

static void calls_push(struct calls *calls, struct rpc_call *call)
{
    call->next = NULL;
    if (calls->last != NULL) {
        calls->last->next = call;
    } else {
        calls->first = call;
    }
    calls->last = call;
    calls->count++;
}

static struct rpc_call *calls_pop(struct calls *calls)
{
    struct rpc_call *call = calls->first;
    if (call == NULL) return NULL;
    calls->first = call->next;
    if (calls->first == NULL) calls->last = NULL;
    calls->count--;
    return call;
}

static void jobs_push(struct jobs *jobs, struct rpc_job *job)
{
    job->next = NULL;
    if (jobs->last != NULL) {
        jobs->last->next = job;
    } else {
        jobs->first = job;
    }
    jobs->last = job;
    jobs->count++;
}

/* Takes up to `most` jobs off the front. */
static struct jobs jobs_take(struct jobs *jobs, size_t most)
{
    struct jobs taken = {.first = jobs->first};
    while (jobs->first != NULL && taken.count < most) {
        taken.last = jobs->first;
        jobs->first = jobs->first->next;
        taken.count++;
        jobs->count--;
    }
    if (taken.last != NULL) taken.last->next = NULL;
    if (jobs->first == NULL) jobs->last = NULL;
    return taken;
}

/* ---- The write lane ---- */

static enum status job_body(struct rpc_job *job)
{
    if (job->write == NULL) return rpc_call_run(job->call);
    if (rpc_time_left_ms(job->call) == 0) {
        return rpc_fail(job->call, DEADLINE_EXCEEDED, "the deadline passed before the write");
    }
    return job->write(job->call, job->context);
}

/* Runs one job in a savepoint, so that its failure undoes it alone. */
static void job_run(struct rpc_job *job, struct db *db)
{
    job->status = db_savepoint_begin(db);
    if (job->status != OK) {
        (void)rpc_fail(job->call, job->status, "the store cannot be written now");
        return;
    }
    struct db *before = job->call->db;
    job->call->db = db;
    job->status = job_body(job);
    job->call->db = before;
    if (job->status == OK) {
        job->status = db_savepoint_release(db);
        if (job->status != OK) (void)rpc_fail(job->call, job->status, "the write was not kept");
    } else {
        db_savepoint_rollback(db);
    }
}

/* Nothing of the batch is durable: none of its outcomes may leave, not even a failure, which may
 * rest on what a neighbour wrote. */
static void batch_fail(struct jobs *jobs)
{
    for (struct rpc_job *job = jobs->first; job != NULL; job = job->next) {
        job->status = rpc_fail(job->call, UNAVAILABLE, "the store could not commit; try again");
        job->call->violation_count = 0;
        job->call->reason[0] = '\0';
    }
}

static void batch_run(struct rpc_lanes *lanes, struct jobs *jobs)
{
    struct db *db = lanes->config.writer;
    int64_t began_us = clock_monotonic_us();
    if (db_begin(db) != OK) {
        batch_fail(jobs);
        return;
    }
    for (struct rpc_job *job = jobs->first; job != NULL; job = job->next)
        job_run(job, db);
    bool kept = db_commit(db) == OK;
    rpc_metrics_commit(lanes->config.metrics, jobs->count, clock_monotonic_us() - began_us, kept);
    if (kept) {
        lanes->commits++;
        return;
    }
    db_rollback(db);
    batch_fail(jobs);
}

/* Hands out what the batch's jobs came to; under the mutex. */
static void batch_finish(struct rpc_lanes *lanes, struct jobs *jobs)
{
    bool waiting = false;
    struct rpc_job *next;
    for (struct rpc_job *job = jobs->first; job != NULL; job = next) {
        next = job->next;
        if (job->write != NULL) {
            job->done = true;
            waiting = true;
        } else {
            job->call->status = job->status;
            calls_push(&lanes->finished, job->call);
        }
    }
    if (waiting) uv_cond_broadcast(&lanes->write_done);
    if (lanes->finished.count > 0) (void)uv_async_send(&lanes->wake);
}

static void writer_main(void *argument)
{
    struct rpc_lanes *lanes = argument;
    uv_mutex_lock(&lanes->mutex);
    for (;;) {
        while (lanes->writes.count == 0 && !lanes->stopping)
            uv_cond_wait(&lanes->write_waiting, &lanes->mutex);
        if (lanes->writes.count == 0) break;
        struct jobs jobs = jobs_take(&lanes->writes, RPC_WRITE_BATCH_MAX);
        uv_mutex_unlock(&lanes->mutex);
        batch_run(lanes, &jobs);
        uv_mutex_lock(&lanes->mutex);
        batch_finish(lanes, &jobs);
    }
    uv_mutex_unlock(&lanes->mutex);
}

static bool writer_submit(struct rpc_lanes *lanes, struct rpc_job *job)
{
    uv_mutex_lock(&lanes->mutex);
    bool fits = lanes->writes.count < lanes->config.write_queue_max;
    if (fits) jobs_push(&lanes->writes, job);
    uv_cond_signal(&lanes->write_waiting);
    uv_mutex_unlock(&lanes->mutex);
    return fits;
}

void rpc_lanes_queued(struct rpc_lanes *lanes, struct rpc_lanes_queued *queued)
{
    uv_mutex_lock(&lanes->mutex);
    *queued = (struct rpc_lanes_queued){lanes->writes.count, lanes->flows.count};
    uv_mutex_unlock(&lanes->mutex);
}

enum status rpc_lanes_write(struct rpc_lanes *lanes, struct rpc_call *call,
                            enum status (*write)(struct rpc_call *call, void *context),
                            void *context)
{
    assert(call->method->lane == RPC_LANE_FLOW); /* The writer itself would wait for ever. */
    if (lanes->config.writer == NULL) {
        return rpc_fail(call, FAILED_PRECONDITION, "the service has no store");
    }
    struct rpc_job job = {.call = call, .write = write, .context = context};
    if (!writer_submit(lanes, &job)) {
        return rpc_fail(call, UNAVAILABLE, "%zu writes are waiting already",
                        lanes->config.write_queue_max);
    }
    uv_mutex_lock(&lanes->mutex);
    while (!job.done)
        uv_cond_wait(&lanes->write_done, &lanes->mutex);
    uv_mutex_unlock(&lanes->mutex);
    return job.status;
}

/* ---- The flow lane ---- */

/* The worker's read connection, opened for its first call. */
static enum status worker_reader(struct rpc_lanes *lanes, struct db **reader, struct fault *fault)
{
    if (*reader != NULL || lanes->config.store_path == NULL) return OK;
    struct db_config config = {.path = lanes->config.store_path, .access = DB_READ_ONLY};
    return db_open(&config, reader, fault);
}

static void flow_run(struct rpc_lanes *lanes, struct rpc_call *call, struct db **reader)
{
    call->status = worker_reader(lanes, reader, &call->fault);
    if (call->status != OK) return;
    call->db = *reader;
    (void)rpc_call_run(call);
    rpc_call_encode(call); /* Here, not on the loop: a flow's answer may be a whole report. */
    call->db = NULL;
}

static void worker_main(void *argument)
{
    struct worker *worker = argument;
    struct rpc_lanes *lanes = worker->lanes;
    struct db *reader = NULL;
    uv_mutex_lock(&lanes->mutex);
    for (;;) {
        lanes->workers_idle++;
        while (lanes->flows.count == 0 && !lanes->stopping)
            uv_cond_wait(&lanes->flow_waiting, &lanes->mutex);
        lanes->workers_idle--;
        struct rpc_call *call = calls_pop(&lanes->flows);
        if (call == NULL) break;
        uv_mutex_unlock(&lanes->mutex);
        flow_run(lanes, call, &reader);
        uv_mutex_lock(&lanes->mutex);
        calls_push(&lanes->finished, call);
        (void)uv_async_send(&lanes->wake);
    }
    uv_mutex_unlock(&lanes->mutex);
    db_close(reader);
}

static bool worker_start(struct rpc_lanes *lanes)
{
    struct worker *worker = &lanes->workers[lanes->worker_count];
    worker->lanes = lanes;
    const uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE,
                                         .stack_size = RPC_WORKER_STACK_BYTES};
    if (uv_thread_create_ex(&worker->thread, &options, worker_main, worker) != 0) return false;
    lanes->worker_count++;
    return true;
}

static bool flow_submit(struct rpc_lanes *lanes, struct rpc_call *call)
{
    uv_mutex_lock(&lanes->mutex);
    bool fits = lanes->flows.count < lanes->config.flow_queue_max;
    bool more = (size_t)lanes->workers_idle <= lanes->flows.count;
    uv_mutex_unlock(&lanes->mutex);
    if (!fits) return false;
    if (more && lanes->worker_count < lanes->config.workers_max && !worker_start(lanes) &&
        lanes->worker_count == 0)
        return false;
    uv_mutex_lock(&lanes->mutex);
    calls_push(&lanes->flows, call);
    uv_cond_signal(&lanes->flow_waiting);
    uv_mutex_unlock(&lanes->mutex);
    return true;
}

/* ---- The read lane ---- */

/* Ends the transaction before the loop waits, so that the store's log can be cleared. */
static void reader_end(struct rpc_lanes *lanes)
{
    if (!lanes->reading) return;
    lanes->reading = false;
    if (db_commit(lanes->reader) != OK) db_rollback(lanes->reader);
}

static void turn_ended(uv_prepare_t *prepare)
{
    reader_end(prepare->data);
}

/* The calls that came with one turn of the loop read in one transaction: a call sees one state of
 * the store, and taking and releasing the store's locks, which costs more than a small read, is
 * shared. A commit meanwhile begins another, so that nobody misses what he was told is done. */
static struct db *reader_begin(struct rpc_lanes *lanes)
{
    if (lanes->reader == NULL) return NULL;
    unsigned commits = lanes->commits;
    if (lanes->reader_commits != commits) reader_end(lanes);
    if (!lanes->reading) lanes->reading = db_begin(lanes->reader) == OK;
    lanes->reader_commits = commits;
    return lanes->reader;
}

/* ---- The loop's side ---- */

static void finished(uv_async_t *wake)
{
    struct rpc_lanes *lanes = wake->data;
    uv_mutex_lock(&lanes->mutex);
    struct calls calls = lanes->finished;
    lanes->finished = (struct calls){NULL, NULL, 0};
    uv_mutex_unlock(&lanes->mutex);
    for (struct rpc_call *call; (call = calls_pop(&calls)) != NULL;)
        lanes->config.done(lanes->config.context, call);
}

static void done_now(struct rpc_lanes *lanes, struct rpc_call *call, enum status status)
{
    call->status = status;
    lanes->config.done(lanes->config.context, call);
}

void rpc_lanes_run(struct rpc_lanes *lanes, struct rpc_call *call)
{
    call->lanes = lanes;
    switch (call->method->lane) {
    case RPC_LANE_STREAM:
        done_now(lanes, call, rpc_fail(call, UNIMPLEMENTED, "streams are not served yet"));
        return;
    case RPC_LANE_READ:
        call->db = reader_begin(lanes);
        done_now(lanes, call, rpc_call_run(call));
        return;
    case RPC_LANE_WRITE:
        if (!lanes->writer_started) {
            done_now(lanes, call, rpc_fail(call, FAILED_PRECONDITION, "the service has no store"));
            return;
        }
        call->job = (struct rpc_job){.call = call};
        if (writer_submit(lanes, &call->job)) return;
        done_now(lanes, call,
                 rpc_fail(call, UNAVAILABLE, "%zu writes are waiting already",
                          lanes->config.write_queue_max));
        return;
    case RPC_LANE_FLOW:
        if (flow_submit(lanes, call)) return;
        done_now(lanes, call,
                 rpc_fail(call, UNAVAILABLE, "%zu calls are waiting already",
                          lanes->config.flow_queue_max));
        return;
    }
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

static bool primitives_init(struct rpc_lanes *lanes)
{
    if (uv_mutex_init(&lanes->mutex) != 0) abort();
    if (uv_cond_init(&lanes->write_waiting) != 0 || uv_cond_init(&lanes->write_done) != 0 ||
        uv_cond_init(&lanes->flow_waiting) != 0)
        abort(); /* On Linux these only fail when called wrongly. */
    lanes->wake.data = lanes->turn_end.data = lanes;
    if (uv_async_init(lanes->config.loop, &lanes->wake, finished) != 0) return false;
    /* Prepare handles run last started first: this one after those that flush connections. */
    (void)uv_prepare_init(lanes->config.loop, &lanes->turn_end);
    (void)uv_prepare_start(&lanes->turn_end, turn_ended);
    return true;
}

enum status rpc_lanes_new(const struct rpc_lanes_config *config, struct rpc_lanes **out,
                          struct fault *fault)
{
    assert(config->workers_max <= RPC_WORKERS_MAX);
    struct rpc_lanes *lanes = calloc(1, sizeof *lanes);
    if (lanes == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the lanes");
    lanes->config = *config;
    if (!primitives_init(lanes)) {
        free(lanes);
        return fault_set(fault, UNAVAILABLE, "the loop takes no more handles");
    }
    enum status status = worker_reader(lanes, &lanes->reader, fault);
    if (status == OK) status = writer_start(lanes, fault);
    if (status != OK) {
        rpc_lanes_free(lanes);
        return status;
    }
    *out = lanes;
    return OK;
}

static void turn_end_closed(uv_handle_t *handle)
{
    struct rpc_lanes *lanes = handle->data;
    uv_cond_destroy(&lanes->write_waiting);
    uv_cond_destroy(&lanes->write_done);
    uv_cond_destroy(&lanes->flow_waiting);
    uv_mutex_destroy(&lanes->mutex);
    free(lanes);
}

static void wake_closed(uv_handle_t *handle)
{
    struct rpc_lanes *lanes = handle->data;
    uv_close((uv_handle_t *)&lanes->turn_end, turn_end_closed);
}

void rpc_lanes_free(struct rpc_lanes *lanes)
{
    if (lanes == NULL) return;
    uv_mutex_lock(&lanes->mutex);
    lanes->stopping = true;
    uv_cond_broadcast(&lanes->write_waiting);
    uv_cond_broadcast(&lanes->flow_waiting);
    uv_mutex_unlock(&lanes->mutex);
    for (int i = 0; i < lanes->worker_count; i++)
        (void)uv_thread_join(&lanes->workers[i].thread);
    if (lanes->writer_started) (void)uv_thread_join(&lanes->writer_thread);
    assert(lanes->finished.count == 0);
    reader_end(lanes);
    db_close(lanes->reader);
    uv_close((uv_handle_t *)&lanes->wake, wake_closed);
}
