#include "rpc/server/rpc_trace.h"

#include <string.h>

#include "support/suite.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"

/* What the specification says of each part. */
static const struct {
    const char *traceparent;
    bool good;
    int flags;
} parents[] = {
    {"00-" TRACE "-" SPAN "-01", true, 1},
    {"00-" TRACE "-" SPAN "-00", true, 0},
    {"00-" TRACE "-" SPAN "-ff", true, 1},
    {"00-" TRACE "-" SPAN "-02", true, 0},
    {"", false, 0},
    {"00-" TRACE "-" SPAN "-0", false, 0},
    {"00-" TRACE "-" SPAN "-01 ", false, 0},
    {"00-" TRACE "-" SPAN "-01-", false, 0},
    {"00-" TRACE "-" SPAN "-01-more", false, 0},
    {"01-" TRACE "-" SPAN "-01", true, 1},
    {"cc-" TRACE "-" SPAN "-01-what-comes", true, 1},
    {"cc-" TRACE "-" SPAN "-01.what-comes", false, 0},
    {"ff-" TRACE "-" SPAN "-01", false, 0},
    {"0g-" TRACE "-" SPAN "-01", false, 0},
    {"00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01", false, 0},
    {"00-" TRACE "-00F067AA0BA902B7-01", false, 0},
    {"00-00000000000000000000000000000000-" SPAN "-01", false, 0},
    {"00-" TRACE "-0000000000000000-01", false, 0},
    {"00_" TRACE "-" SPAN "-01", false, 0},
    {"00-" TRACE "_" SPAN "-01", false, 0},
    {"00-" TRACE "-" SPAN "_01", false, 0},
    {"00-" TRACE "-" SPAN "-0g", false, 0},
    {"00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01", false, 0},
};

static void reads_traceparent(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(parents); i++) {
        struct rpc_trace trace = {.flags = 0x77};
        bool good = rpc_trace_parse(text_from(parents[i].traceparent), &trace);
        CU_ASSERT_EQUAL(good, parents[i].good);
        CU_ASSERT_EQUAL(trace.flags, good ? parents[i].flags : 0x77);
        if (!good) continue;
        char digits[2 * RPC_TRACE_ID_BYTES];
        rpc_trace_hex(trace.trace_id, RPC_TRACE_ID_BYTES, digits);
        CU_ASSERT_NSTRING_EQUAL(digits, TRACE, sizeof digits);
        rpc_trace_hex(trace.parent_id, RPC_SPAN_ID_BYTES, digits);
        CU_ASSERT_NSTRING_EQUAL(digits, SPAN, 2 * RPC_SPAN_ID_BYTES);
    }
}

static void writes_what_it_reads(void)
{
    struct rpc_trace_ids ids;
    rpc_trace_ids_init(&ids);
    struct rpc_trace begun, read;
    rpc_trace_begin(&ids, &begun);
    begun.flags = RPC_TRACE_SAMPLED;
    char traceparent[RPC_TRACEPARENT_BYTES + 1];
    rpc_trace_format(&begun, traceparent);
    CU_ASSERT_EQUAL(strlen(traceparent), RPC_TRACEPARENT_BYTES);
    CU_ASSERT_TRUE_FATAL(rpc_trace_parse(text_from(traceparent), &read));
    CU_ASSERT_EQUAL(memcmp(read.trace_id, begun.trace_id, RPC_TRACE_ID_BYTES), 0);
    CU_ASSERT_EQUAL(memcmp(read.parent_id, begun.span_id, RPC_SPAN_ID_BYTES), 0);
    CU_ASSERT_EQUAL(read.flags, RPC_TRACE_SAMPLED);
    struct rpc_trace other;
    rpc_trace_begin(&ids, &other);
    CU_ASSERT_NOT_EQUAL(memcmp(other.trace_id, begun.trace_id, RPC_TRACE_ID_BYTES), 0);
}

static const struct {
    const char *state;
    bool good;
} states[] = {
    {"", false},
    {"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", true},
    {"a=1, b=2 ,\tc=3", true},
    {"a=1,,b=2", true},
    {",", false},
    {"fw529a3039@dt=FfffffZ-z_*/", true},
    {"0a=1", true},
    {"a@b@c=1", false},
    {"A=1", false},
    {"_a=1", false},
    {"a", false},
    {"a=", false},
    {"=1", false},
    {"a=1=2", false},
    {"a b=1", false},
    {"a=b c", true},
    {"a=\x7f", false},
    {"a=\xea\xb0\x80", false},
};

static void judges_tracestate(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(states); i++)
        CU_ASSERT_EQUAL(rpc_tracestate_valid(text_from(states[i].state)), states[i].good);
    char members[4 * (RPC_TRACESTATE_MEMBERS_MAX + 1)] = "";
    for (int i = 0; i < RPC_TRACESTATE_MEMBERS_MAX; i++)
        strcat(members, i == 0 ? "a=1" : ",a=1");
    CU_ASSERT_TRUE(rpc_tracestate_valid(text_from(members)));
    strcat(members, ",a=1");
    CU_ASSERT_FALSE(rpc_tracestate_valid(text_from(members)));
    char large[RPC_TRACESTATE_BYTES_MAX + 2];
    memset(large, 'a', sizeof large);
    for (size_t i = 1; i < sizeof large; i += 4) /* a=a,a=a,… */
        large[i] = '=';
    for (size_t i = 3; i < sizeof large; i += 4)
        large[i] = ',';
    CU_ASSERT_FALSE(rpc_tracestate_valid((struct text){large, RPC_TRACESTATE_BYTES_MAX + 1}));
}

static void chooses_by_ratio(void)
{
    enum { TRACES = 20000 };
    static const uint32_t ratios[] = {0, 1000, 250000, 1000000};
    for (size_t r = 0; r < ARRAY_LENGTH(ratios); r++) {
        struct rpc_trace_ids ids = {{1, 2, 3, 4}};
        uint64_t chosen = 0;
        for (int i = 0; i < TRACES; i++) {
            struct rpc_trace trace;
            rpc_trace_begin(&ids, &trace);
            chosen += rpc_trace_chosen(&trace, ratios[r]);
        }
        uint64_t expected = (uint64_t)TRACES * ratios[r] / 1000000;
        CU_ASSERT_TRUE(chosen * 10 <= expected * 11 + 200 && chosen * 10 + 200 >= expected * 9);
        if (ratios[r] == 0 || ratios[r] == 1000000) CU_ASSERT_EQUAL(chosen, expected);
    }
}

SUITE("rpc_trace", {"reads traceparent", reads_traceparent},
      {"writes what it reads", writes_what_it_reads}, {"judges tracestate", judges_tracestate},
      {"chooses by ratio", chooses_by_ratio})
