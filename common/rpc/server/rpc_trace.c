#include "rpc/server/rpc_trace.h"

#include <string.h>
#include <sys/random.h>

#include "base/clock.h"

enum {
    VERSION_DIGITS = 2,
    TRACE_ID_AT = 3,
    PARENT_ID_AT = 36,
    FLAGS_AT = 53,
    KEY_BYTES_MAX = 256,
    VALUE_BYTES_MAX = 256,
    PPM = 1000000,
};

/* ---- Ids ---- */

void rpc_trace_ids_init(struct rpc_trace_ids *ids)
{
    if (getrandom(ids->state, sizeof ids->state, GRND_NONBLOCK) == (ssize_t)sizeof ids->state) {
        ids->state[0] |= 1; /* All zeros would stay so. */
        return;
    }
    uint64_t seed = (uint64_t)clock_now_ms() ^ (uint64_t)clock_monotonic_us() << 32;
    for (size_t i = 0; i < ARRAY_LENGTH(ids->state); i++)
        ids->state[i] = seed = seed * UINT64_C(6364136223846793005) + (uintptr_t)ids;
    ids->state[0] |= 1;
}

static uint64_t rotate(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

/* xoshiro256**, https://prng.di.unimi.it/: ids need to differ, not to be secret. */
static uint64_t next(struct rpc_trace_ids *ids)
{
    uint64_t *s = ids->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

void rpc_trace_span_id(struct rpc_trace_ids *ids, uint8_t span_id[static RPC_SPAN_ID_BYTES])
{
    uint64_t id;
    do
        id = next(ids);
    while (id == 0);
    memcpy(span_id, &id, RPC_SPAN_ID_BYTES);
}

void rpc_trace_begin(struct rpc_trace_ids *ids, struct rpc_trace *trace)
{
    *trace = (struct rpc_trace){.flags = 0};
    rpc_trace_span_id(ids, trace->trace_id);
    rpc_trace_span_id(ids, trace->trace_id + RPC_SPAN_ID_BYTES);
    rpc_trace_span_id(ids, trace->span_id);
}

bool rpc_trace_chosen(const struct rpc_trace *trace, uint32_t ratio_ppm)
{
    if (ratio_ppm >= PPM) return true;
    uint64_t random; /* The right half: the left may hold a time. */
    memcpy(&random, trace->trace_id + RPC_SPAN_ID_BYTES, sizeof random);
    return random < UINT64_MAX / PPM * ratio_ppm;
}

/* ---- traceparent ---- */

/* Lower case only, as the specification demands. */
static int digit(char byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    return -1;
}

/* False: not all are digits, or all are zero where they must not be. */
static bool read_hex(const char *digits, uint8_t *bytes, size_t length, bool zero_allowed)
{
    uint8_t any = 0;
    for (size_t i = 0; i < length; i++) {
        int high = digit(digits[2 * i]);
        int low = digit(digits[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        bytes[i] = (uint8_t)(high << 4 | low);
        any |= bytes[i];
    }
    return zero_allowed || any != 0;
}

bool rpc_trace_parse(struct text traceparent, struct rpc_trace *trace)
{
    const char *bytes = traceparent.bytes;
    if (traceparent.length < RPC_TRACEPARENT_BYTES) return false;
    uint8_t version = 0;
    if (!read_hex(bytes, &version, 1, true) || version == 0xff) return false;
    /* Later versions may say more, behind another dash. */
    if (traceparent.length > RPC_TRACEPARENT_BYTES &&
        (version == 0 || bytes[RPC_TRACEPARENT_BYTES] != '-'))
        return false;
    if (bytes[VERSION_DIGITS] != '-' || bytes[PARENT_ID_AT - 1] != '-' ||
        bytes[FLAGS_AT - 1] != '-')
        return false;
    struct rpc_trace read = {.flags = 0};
    if (!read_hex(bytes + TRACE_ID_AT, read.trace_id, RPC_TRACE_ID_BYTES, false)) return false;
    if (!read_hex(bytes + PARENT_ID_AT, read.parent_id, RPC_SPAN_ID_BYTES, false)) return false;
    if (!read_hex(bytes + FLAGS_AT, &read.flags, 1, true)) return false;
    read.flags &= RPC_TRACE_SAMPLED; /* The others have no meaning yet, and are not passed on. */
    *trace = read;
    return true;
}

void rpc_trace_hex(const uint8_t *bytes, size_t length, char *digits)
{
    static const char names[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        digits[2 * i] = names[bytes[i] >> 4];
        digits[2 * i + 1] = names[bytes[i] & 15];
    }
}

void rpc_trace_format(const struct rpc_trace *trace,
                      char traceparent[static RPC_TRACEPARENT_BYTES + 1])
{
    memset(traceparent, '-', RPC_TRACEPARENT_BYTES);
    memset(traceparent, '0', VERSION_DIGITS);
    rpc_trace_hex(trace->trace_id, RPC_TRACE_ID_BYTES, traceparent + TRACE_ID_AT);
    rpc_trace_hex(trace->span_id, RPC_SPAN_ID_BYTES, traceparent + PARENT_ID_AT);
    rpc_trace_hex(&trace->flags, 1, traceparent + FLAGS_AT);
    traceparent[RPC_TRACEPARENT_BYTES] = '\0';
}

/* ---- tracestate ---- */

static bool is_key_byte(char byte, bool first)
{
    if (byte >= 'a' && byte <= 'z') return true;
    if (byte >= '0' && byte <= '9') return true;
    return !first && (byte == '_' || byte == '-' || byte == '*' || byte == '/' || byte == '@');
}

/* `key=value`, without the blanks around it. */
static bool is_member(struct text member)
{
    const char *equals = memchr(member.bytes, '=', member.length);
    if (equals == NULL) return false;
    size_t key_length = (size_t)(equals - member.bytes);
    size_t value_length = member.length - key_length - 1;
    if (key_length == 0 || key_length > KEY_BYTES_MAX) return false;
    if (value_length == 0 || value_length > VALUE_BYTES_MAX) return false;
    int ats = 0;
    for (size_t i = 0; i < key_length; i++) {
        if (!is_key_byte(member.bytes[i], i == 0)) return false;
        ats += member.bytes[i] == '@';
    }
    for (size_t i = key_length + 1; i < member.length; i++) {
        char byte = member.bytes[i];
        if (byte < 0x20 || byte > 0x7e || byte == ',' || byte == '=') return false;
    }
    return ats <= 1;
}

bool rpc_tracestate_valid(struct text state)
{
    if (state.length == 0 || state.length > RPC_TRACESTATE_BYTES_MAX) return false;
    size_t members = 0;
    for (size_t at = 0; at <= state.length;) {
        const char *begin = state.bytes + at;
        size_t left = state.length - at;
        const char *comma = left == 0 ? NULL : memchr(begin, ',', left);
        size_t length = comma == NULL ? left : (size_t)(comma - begin);
        at += length + 1;
        struct text member = text_trim((struct text){begin, length});
        if (member.length == 0) continue; /* Empty members are allowed. */
        if (!is_member(member) || ++members > RPC_TRACESTATE_MEMBERS_MAX) return false;
    }
    return members > 0;
}
