/* What this process takes from its machine, as Linux tells it. */
#pragma once

#include <stdint.h>

struct process_usage {
    int64_t resident_bytes;
    int64_t virtual_bytes;
    int64_t cpu_ms;     /* User and system time. */
    int64_t started_ms; /* Epoch milliseconds. */
    int64_t threads;
    int64_t files_open;
    int64_t files_max;
};

/* Reads /proc/self; what cannot be read is 0. */
void process_usage_read(struct process_usage *usage);
