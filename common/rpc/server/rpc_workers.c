#include "rpc/server/rpc_workers.h"

#include <stdlib.h>
#include <uv.h>

#include "rpc/server/rpc_jobs.h"
#include "rpc/server/rpc_lanes.h"
#include "rpc/server/rpc_loop.h"
#include "rpc/server/rpc_server_parts.h"

enum { READ_ATTEMPTS_MAX = 2 };

struct rpc_workers {
    struct rpc_workers_config config;
    uv_mutex_t mutex; /* Guards everything below, and the state of every job. */
    uv_cond_t waiting;
    struct rpc_jobs jobs;
    uv_thread_t *threads; /* Room for all. */
    int count;
    int idle;
    bool stopping;
};

/* The worker's read connection, opened for its first call. */
static enum status reader_open(const struct rpc_workers *workers, struct db **reader,
                               struct fault *fault)
{
    if (*reader != NULL || workers->config.store.store == NULL) return OK;
    struct db_config config = workers->config.store;
    config.access = DB_READ_ONLY;
    return db_open(&config, reader, fault);
}

static enum status body_run(struct rpc_job *job)
{
    return job->body == NULL ? rpc_call_run(job->call) : job->body(job->call, job->context);
}

/* A read whose connection broke under it has changed nothing: it is tried once more. */
static enum status read_run(struct rpc_job *job, struct db *reader)
{
    struct rpc_call *call = job->call;
    for (int attempt = 1;; attempt++) {
        enum status status = db_begin(reader);
        if (status != OK) return rpc_fail(call, status, "the store cannot be read now");
        status = body_run(job);
        bool again = status != OK && db_may_run_again(reader);
        /* What a reader's end comes to is of no meaning: it has its answer. */
        if (db_commit(reader) != OK) db_rollback(reader);
        if (!again || attempt == READ_ATTEMPTS_MAX) return status;
        if (job->body == NULL) rpc_call_forget(call);
    }
}

static enum status job_run(const struct rpc_workers *workers, struct rpc_job *job,
                           struct db **reader)
{
    struct rpc_call *call = job->call;
    enum status status = reader_open(workers, reader, &call->fault);
    if (status != OK) return status;
    call->db = *reader;
    status = workers->config.reads ? read_run(job, *reader) : body_run(job);
    call->db = NULL;
    return status;
}

/* To its end, all but telling the loop. */
static void job_finish(const struct rpc_workers *workers, struct rpc_job *job, struct db **reader)
{
    job->status = job_run(workers, job, reader);
    if (job->body == NULL) {
        job->call->status = job->status;
        rpc_call_encode(job->call); /* Here, not on the loop: it may be a whole report. */
    }
    (void)rpc_lanes_mend(workers->config.lanes, *reader);
}

static void worker_main(void *argument)
{
    struct rpc_workers *workers = argument;
    struct db *reader = NULL;
    uv_mutex_lock(&workers->mutex);
    for (;;) {
        workers->idle++;
        while (workers->jobs.count == 0 && !workers->stopping)
            uv_cond_wait(&workers->waiting, &workers->mutex);
        workers->idle--;
        struct rpc_job *job = rpc_jobs_pop(&workers->jobs);
        if (job == NULL) break;
        uv_mutex_unlock(&workers->mutex);
        job_finish(workers, job, &reader);
        uv_mutex_lock(&workers->mutex);
        job->state = RPC_JOB_DONE;
        uv_mutex_unlock(&workers->mutex);
        rpc_loop_post(job->call->loop, job);
        uv_mutex_lock(&workers->mutex);
    }
    uv_mutex_unlock(&workers->mutex);
    db_close(reader);
}

/* Under the mutex: several loops may ask for the first one. */
static bool worker_start(struct rpc_workers *workers)
{
    const uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE,
                                         .stack_size = RPC_WORKER_STACK_BYTES};
    uv_thread_t *thread = &workers->threads[workers->count];
    if (uv_thread_create_ex(thread, &options, worker_main, workers) != 0) return false;
    workers->count++;
    return true;
}

enum status rpc_workers_submit(struct rpc_workers *workers, struct rpc_job *job)
{
    uv_mutex_lock(&workers->mutex);
    bool fits = workers->jobs.count < workers->config.queue_max;
    bool more = fits && (size_t)workers->idle <= workers->jobs.count &&
                workers->count < workers->config.workers_max;
    bool can_run = !more || worker_start(workers) || workers->count > 0;
    if (fits && can_run) {
        rpc_jobs_push(&workers->jobs, job);
        uv_cond_signal(&workers->waiting);
    }
    uv_mutex_unlock(&workers->mutex);
    if (!fits) {
        rpc_refuse_count(job->call, workers->config.refusal);
        return rpc_fail(job->call, UNAVAILABLE, "%zu calls are waiting already",
                        workers->config.queue_max);
    }
    return can_run ? OK : rpc_fail(job->call, UNAVAILABLE, "there is no thread for the call");
}

bool rpc_workers_withdraw(struct rpc_workers *workers, struct rpc_job *job)
{
    uv_mutex_lock(&workers->mutex);
    bool waited = rpc_jobs_withdraw(&workers->jobs, job);
    uv_mutex_unlock(&workers->mutex);
    return waited;
}

size_t rpc_workers_queued(struct rpc_workers *workers)
{
    uv_mutex_lock(&workers->mutex);
    size_t count = workers->jobs.count;
    uv_mutex_unlock(&workers->mutex);
    return count;
}

enum status rpc_workers_new(const struct rpc_workers_config *config, struct rpc_workers **out,
                            struct fault *fault)
{
    struct rpc_workers *workers = calloc(1, sizeof *workers);
    uv_thread_t *threads = calloc((size_t)config->workers_max, sizeof *threads);
    if (workers == NULL || threads == NULL) {
        free(workers);
        free(threads);
        return fault_set(fault, RESOURCE_EXHAUSTED, "no memory for the workers");
    }
    workers->config = *config;
    workers->threads = threads;
    if (uv_mutex_init(&workers->mutex) != 0 || uv_cond_init(&workers->waiting) != 0)
        abort(); /* On Linux these only fail when called wrongly. */
    *out = workers;
    return OK;
}

void rpc_workers_free(struct rpc_workers *workers)
{
    if (workers == NULL) return;
    uv_mutex_lock(&workers->mutex);
    workers->stopping = true;
    uv_cond_broadcast(&workers->waiting);
    uv_mutex_unlock(&workers->mutex);
    for (int i = 0; i < workers->count; i++)
        (void)uv_thread_join(&workers->threads[i]);
    uv_cond_destroy(&workers->waiting);
    uv_mutex_destroy(&workers->mutex);
    free(workers->threads);
    free(workers);
}
