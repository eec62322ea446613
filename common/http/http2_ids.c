#include "http/http2_ids.h"

#include <assert.h>

enum { BITS = 64 };

static uint32_t slot_of(int32_t id)
{
    return (uint32_t)id / 2 % HTTP2_IDS_KEPT;
}

static bool bit(const uint64_t *bits, uint32_t slot)
{
    return (bits[slot / BITS] >> slot % BITS & 1) != 0;
}

static void bit_set(uint64_t *bits, uint32_t slot, bool on)
{
    uint64_t mask = (uint64_t)1 << slot % BITS;
    bits[slot / BITS] = on ? bits[slot / BITS] | mask : bits[slot / BITS] & ~mask;
}

enum http2_id http2_ids_find(const struct http2_ids *ids, int32_t id)
{
    if (id > ids->last) return HTTP2_ID_NEW;
    if (ids->last - id >= 2 * HTTP2_IDS_KEPT) return HTTP2_ID_OLD;
    uint32_t slot = slot_of(id);
    if (bit(ids->ended, slot)) return HTTP2_ID_ENDED;
    return bit(ids->opened, slot) ? HTTP2_ID_OPENED : HTTP2_ID_SKIPPED;
}

void http2_ids_open(struct http2_ids *ids, int32_t id)
{
    assert(id > ids->last && id % 2 == 1);
    /* What lies between was skipped, and what had these places is old. */
    int32_t first = id - ids->last >= 2 * HTTP2_IDS_KEPT ? id - 2 * (HTTP2_IDS_KEPT - 1)
                                                         : ids->last + (ids->last == 0 ? 1 : 2);
    for (int32_t skipped = first; skipped < id; skipped += 2) {
        bit_set(ids->opened, slot_of(skipped), false);
        bit_set(ids->ended, slot_of(skipped), false);
    }
    bit_set(ids->opened, slot_of(id), true);
    bit_set(ids->ended, slot_of(id), false);
    ids->last = id;
}

void http2_ids_end(struct http2_ids *ids, int32_t id)
{
    if (http2_ids_find(ids, id) == HTTP2_ID_OPENED) bit_set(ids->ended, slot_of(id), true);
}
