/* A histogram of times: at most 1/64 beside the truth, whatever their size. */
#pragma once

#include <stdint.h>

enum {
    LOAD_TIMES_EXACT_BITS = 6,
    LOAD_TIMES_BUCKETS = (64 - LOAD_TIMES_EXACT_BITS + 1) << LOAD_TIMES_EXACT_BITS
};

struct load_times {
    uint64_t counts[LOAD_TIMES_BUCKETS];
    uint64_t count, most_ns;
};

void load_times_add(struct load_times *times, uint64_t ns);

/* The time that `per_mille` of all times do not pass; 0 without any. */
uint64_t load_times_at(const struct load_times *times, unsigned per_mille);
