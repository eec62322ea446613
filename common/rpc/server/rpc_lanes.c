#include "rpc/server/rpc_lanes.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <uv.h>

#include "base/clock.h"
#include "rpc/server/rpc_call.h"
#include "rpc/server/rpc_loop.h"
#include "rpc/server/rpc_metrics.h"
#include "rpc/server/rpc_replay.h"
#include "rpc/server/rpc_server_parts.h"

enum { NS_PER_MS = 1000000 };

/* A queue of jobs, first in, first out. */
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
    atomic_uint commits;      /* Counted by the writer when they are durable. */
    struct rpc_chores chores; /* The writer's. */
    uv_thread_t writer_thread;
    bool writer_started;

    uv_mutex_t mutex; /* Guards everything below, and the state of every job. */
    uv_cond_t write_waiting;
    uv_cond_t write_done; /* For those in rpc_write. */
    uv_cond_t flow_waiting;
    struct worker workers[RPC_WORKERS_MAX];
    int worker_count;
    struct jobs writes;
    struct jobs flows;
    int workers_idle;
    bool chores_begun;
    bool stopping;
};

static void jobs_push(struct jobs *jobs, struct rpc_job *job)
{
    job->state = RPC_JOB_WAITING;
    job->next = NULL;
    job->previous = jobs->last;
    if (jobs->last != NULL) {
        jobs->last->next = job;
    } else {
        jobs->first = job;
    }
    jobs->last = job;
    jobs->count++;
}

static void jobs_remove(struct jobs *jobs, struct rpc_job *job)
{
    if (job->next != NULL) {
        job->next->previous = job->previous;
    } else {
        jobs->last = job->previous;
    }
    if (job->previous != NULL) {
        job->previous->next = job->next;
    } else {
        jobs->first = job->next;
    }
    jobs->count--;
}

static struct rpc_job *jobs_pop(struct jobs *jobs)
{
    struct rpc_job *job = jobs->first;
    if (job == NULL) return NULL;
    jobs_remove(jobs, job);
    job->state = RPC_JOB_RUNNING;
    return job;
}

/* Takes up to `most` jobs off the front. */
static struct jobs jobs_take(struct jobs *jobs, size_t most)
{
    struct jobs taken = {NULL, NULL, 0};
    while (jobs->first != NULL && taken.count < most) {
        struct rpc_job *job = jobs_pop(jobs);
        jobs_push(&taken, job);
        job->state = RPC_JOB_RUNNING;
    }
    return taken;
}

/* ---- The write lane ---- */

static enum status job_body(struct rpc_job *job)
{
    if (job->write == NULL) {
        return rpc_replay_applies(job->call) ? rpc_replay_run(job->call) : rpc_call_run(job->call);
    }
    if (rpc_cancelled(job->call)) {
        return rpc_fail(job->call, CANCELLED, "the call was over before the write");
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

/* Runs the calls that waited, of which there may be none, and the chores that are due. */
static void batch_run(struct rpc_lanes *lanes, struct jobs *jobs, bool chores)
{
    struct db *db = lanes->config.writer;
    int64_t began_us = clock_monotonic_us();
    if (db_begin(db) != OK) {
        batch_fail(jobs);
        if (chores) rpc_chores_put_off(&lanes->chores);
        return;
    }
    for (struct rpc_job *job = jobs->first; job != NULL; job = job->next)
        job_run(job, db);
    bool changed = chores && rpc_chores_run(&lanes->chores, db);
    bool kept = db_commit(db) == OK;
    if (jobs->count > 0 || changed) {
        rpc_metrics_commit(lanes->config.metrics, jobs->count, clock_monotonic_us() - began_us,
                           kept);
    }
    if (!kept) {
        db_rollback(db);
        batch_fail(jobs);
        return;
    }
    if (chores) rpc_chores_kept(&lanes->chores);
    if (jobs->count == 0 && !changed) return;
    lanes->commits++;
    lanes->config.committed(lanes->config.context);
}

/* Hands out what the batch's jobs came to. Their owners may release them at once. */
static void batch_finish(struct rpc_lanes *lanes, struct jobs *jobs)
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

/* How long until the next chore is due, under the mutex; INT64_MAX: for ever. */
static int64_t chores_wait_ms(const struct rpc_lanes *lanes)
{
    int64_t due_ms = lanes->chores_begun ? rpc_chores_due_ms(&lanes->chores) : INT64_MAX;
    if (due_ms == INT64_MAX) return INT64_MAX;
    int64_t wait_ms = due_ms - clock_monotonic_ms();
    return wait_ms > 0 ? wait_ms : 0;
}

/* Waits for something to write, under the mutex. False: the writer ends. */
static bool writer_wait(struct rpc_lanes *lanes)
{
    while (lanes->writes.count == 0) {
        if (lanes->stopping) return false;
        int64_t wait_ms = chores_wait_ms(lanes);
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

static void writer_main(void *argument)
{
    struct rpc_lanes *lanes = argument;
    uv_mutex_lock(&lanes->mutex);
    while (writer_wait(lanes)) {
        bool chores = chores_wait_ms(lanes) == 0;
        struct jobs jobs = jobs_take(&lanes->writes, RPC_WRITE_BATCH_MAX);
        uv_mutex_unlock(&lanes->mutex);
        batch_run(lanes, &jobs, chores);
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
    uv_mutex_lock(&lanes->mutex);
    bool fits = lanes->writes.count < lanes->config.write_queue_max;
    if (fits) jobs_push(&lanes->writes, job);
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
    *queued = (struct rpc_lanes_queued){lanes->writes.count, lanes->flows.count};
    uv_mutex_unlock(&lanes->mutex);
}

enum status rpc_lanes_write(struct rpc_lanes *lanes, struct rpc_call *call,
                            enum status (*write)(struct rpc_call *call, void *context),
                            void *context)
{
    assert(call->lane == RPC_LANE_FLOW); /* The writer itself would wait for ever. */
    struct rpc_job job = {.call = call, .write = write, .context = context, .blocks = true};
    enum status status = rpc_lanes_submit_write(lanes, &job);
    if (status != OK) return status;
    uv_mutex_lock(&lanes->mutex);
    while (job.state != RPC_JOB_DONE)
        uv_cond_wait(&lanes->write_done, &lanes->mutex);
    uv_mutex_unlock(&lanes->mutex);
    return job.status;
}

bool rpc_lanes_withdraw(struct rpc_lanes *lanes, struct rpc_job *job)
{
    bool flow = job->write == NULL && job->call->lane == RPC_LANE_FLOW;
    uv_mutex_lock(&lanes->mutex);
    bool waits = job->state == RPC_JOB_WAITING;
    if (waits) jobs_remove(flow ? &lanes->flows : &lanes->writes, job);
    if (waits) job->state = RPC_JOB_IDLE;
    uv_mutex_unlock(&lanes->mutex);
    return waits;
}

unsigned rpc_lanes_commits(const struct rpc_lanes *lanes)
{
    return lanes->commits;
}

/* ---- The flow lane ---- */

/* The worker's read connection, opened for its first call. */
static enum status worker_reader(struct rpc_lanes *lanes, struct db **reader, struct fault *fault)
{
    if (*reader != NULL || lanes->config.store.store == NULL) return OK;
    struct db_config config = lanes->config.store;
    config.access = DB_READ_ONLY;
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
        struct rpc_job *job = jobs_pop(&lanes->flows);
        if (job == NULL) break;
        uv_mutex_unlock(&lanes->mutex);
        flow_run(lanes, job->call, &reader);
        rpc_loop_post(job->call->loop, job);
        uv_mutex_lock(&lanes->mutex);
    }
    uv_mutex_unlock(&lanes->mutex);
    db_close(reader);
}

/* Under the mutex: several loops may ask for the first one. */
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

static enum status flow_submit(struct rpc_lanes *lanes, struct rpc_job *job)
{
    uv_mutex_lock(&lanes->mutex);
    bool fits = lanes->flows.count < lanes->config.flow_queue_max;
    bool more = fits && (size_t)lanes->workers_idle <= lanes->flows.count &&
                lanes->worker_count < lanes->config.workers_max;
    bool can_run = !more || worker_start(lanes) || lanes->worker_count > 0;
    if (fits && can_run) {
        jobs_push(&lanes->flows, job);
        uv_cond_signal(&lanes->flow_waiting);
    }
    uv_mutex_unlock(&lanes->mutex);
    if (!fits) {
        rpc_refuse_count(job->call, RPC_REFUSED_FLOW_QUEUE);
        return rpc_fail(job->call, UNAVAILABLE, "%zu calls are waiting already",
                        lanes->config.flow_queue_max);
    }
    return can_run ? OK : rpc_fail(job->call, UNAVAILABLE, "there is no thread for the call");
}

enum status rpc_lanes_submit(struct rpc_lanes *lanes, struct rpc_call *call)
{
    call->job = (struct rpc_job){.call = call};
    return call->lane == RPC_LANE_FLOW ? flow_submit(lanes, &call->job)
                                       : rpc_lanes_submit_write(lanes, &call->job);
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

enum status rpc_lanes_new(const struct rpc_lanes_config *config, struct rpc_lanes **out,
                          struct fault *fault)
{
    assert(config->workers_max <= RPC_WORKERS_MAX);
    struct rpc_lanes *lanes = calloc(1, sizeof *lanes);
    if (lanes == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the lanes");
    lanes->config = *config;
    rpc_chores_init(&lanes->chores, config->chores, config->chore_count, config->chore_bytes_max);
    if (uv_mutex_init(&lanes->mutex) != 0 || uv_cond_init(&lanes->write_waiting) != 0 ||
        uv_cond_init(&lanes->write_done) != 0 || uv_cond_init(&lanes->flow_waiting) != 0)
        abort(); /* On Linux these only fail when called wrongly. */
    enum status status = writer_start(lanes, fault);
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
    uv_mutex_lock(&lanes->mutex);
    lanes->stopping = true;
    uv_cond_broadcast(&lanes->write_waiting);
    uv_cond_broadcast(&lanes->flow_waiting);
    uv_mutex_unlock(&lanes->mutex);
    for (int i = 0; i < lanes->worker_count; i++)
        (void)uv_thread_join(&lanes->workers[i].thread);
    if (lanes->writer_started) (void)uv_thread_join(&lanes->writer_thread);
    rpc_chores_free(&lanes->chores);
    uv_cond_destroy(&lanes->write_waiting);
    uv_cond_destroy(&lanes->write_done);
    uv_cond_destroy(&lanes->flow_waiting);
    uv_mutex_destroy(&lanes->mutex);
    free(lanes);
}
