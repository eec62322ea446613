#include "load_times.h"

/* Times below 2^7 ns have a bucket each; above, every power of two has 2^6 of them. */
static unsigned bucket_of(uint64_t ns)
{
    if (ns >> (LOAD_TIMES_EXACT_BITS + 1) == 0) return (unsigned)ns;
    unsigned shift = 63U - (unsigned)__builtin_clzll(ns) - LOAD_TIMES_EXACT_BITS;
    return (shift << LOAD_TIMES_EXACT_BITS) + (unsigned)(ns >> shift);
}

static uint64_t bucket_end(unsigned bucket)
{
    unsigned shift = bucket >> LOAD_TIMES_EXACT_BITS;
    if (shift < 2) return bucket;
    shift--;
    uint64_t first = (uint64_t)(bucket - (shift << LOAD_TIMES_EXACT_BITS)) << shift;
    return first + (1ULL << shift) - 1;
}

void load_times_add(struct load_times *times, uint64_t ns)
{
    times->counts[bucket_of(ns)]++;
    times->count++;
    if (ns > times->most_ns) times->most_ns = ns;
}

uint64_t load_times_at(const struct load_times *times, unsigned per_mille)
{
    uint64_t wanted = (times->count * per_mille + 999) / 1000;
    uint64_t seen = 0;
    for (unsigned i = 0; i < LOAD_TIMES_BUCKETS && wanted > 0; i++) {
        seen += times->counts[i];
        if (seen < wanted) continue;
        uint64_t end = bucket_end(i);
        return end < times->most_ns ? end : times->most_ns;
    }
    return 0;
}
