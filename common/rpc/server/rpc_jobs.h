/* A queue of jobs, first in, first out. Its owner's mutex guards it. */
#pragma once

#include "rpc/server/rpc_call.h"

struct rpc_jobs {
    struct rpc_job *first, *last;
    size_t count;
};

static inline void rpc_jobs_push(struct rpc_jobs *jobs, struct rpc_job *job)
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

static inline void rpc_jobs_remove(struct rpc_jobs *jobs, struct rpc_job *job)
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

/* The first one, which runs from now on; NULL: there is none. */
static inline struct rpc_job *rpc_jobs_pop(struct rpc_jobs *jobs)
{
    struct rpc_job *job = jobs->first;
    if (job == NULL) return NULL;
    rpc_jobs_remove(jobs, job);
    job->state = RPC_JOB_RUNNING;
    return job;
}

/* Takes up to `most` jobs off the front. */
static inline struct rpc_jobs rpc_jobs_take(struct rpc_jobs *jobs, size_t most)
{
    struct rpc_jobs taken = {NULL, NULL, 0};
    while (jobs->first != NULL && taken.count < most) {
        struct rpc_job *job = rpc_jobs_pop(jobs);
        rpc_jobs_push(&taken, job);
        job->state = RPC_JOB_RUNNING;
    }
    return taken;
}

/* Takes a job out, if it still waits. */
static inline bool rpc_jobs_withdraw(struct rpc_jobs *jobs, struct rpc_job *job)
{
    if (job->state != RPC_JOB_WAITING) return false;
    rpc_jobs_remove(jobs, job);
    job->state = RPC_JOB_IDLE;
    return true;
}
