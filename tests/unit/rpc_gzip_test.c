/* Envelopes and gzip, as the server and the client share them. */
#include "rpc/rpc_gzip.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "rpc/rpc_envelope.h"
#include "support/suite.h"

enum { LARGE_BYTES = 5 * 1000 * 1000, BOMB_BYTES = 200 * 1000 * 1000, ALLOCATIONS_MAX = 200 };

static void envelopes_say_flags_and_length(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        bool whole;
        struct rpc_envelope envelope;
    } rows[] = {
        {"", 0, false, {0, 0}},
        {"\0\0\0\0", 4, false, {0, 0}},
        {"\0\0\0\0\0", 5, true, {0, 0}},
        {"\1\0\0\1\2rest", 9, true, {RPC_ENVELOPE_COMPRESSED, 258}},
        {"\x80\xff\xff\xff\xff", 5, true, {RPC_ENVELOPE_TRAILERS, 4294967295u}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct rpc_envelope envelope = {0, 0};
        struct text bytes = {rows[i].bytes, rows[i].length};
        CU_ASSERT_EQUAL(rpc_envelope_read(bytes, &envelope), rows[i].whole);
        CU_ASSERT_EQUAL(envelope.flags, rows[i].envelope.flags);
        CU_ASSERT_EQUAL(envelope.length, rows[i].envelope.length);
        uint8_t head[RPC_ENVELOPE_HEAD_BYTES];
        rpc_envelope_write(envelope, head);
        CU_ASSERT(!rows[i].whole || memcmp(head, rows[i].bytes, sizeof head) == 0);
    }
}

/* Bytes that neither repeat at once nor are noise. */
static char *content(size_t length)
{
    char *bytes = malloc(length + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    uint32_t state = 7;
    for (size_t i = 0; i < length; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (char)('a' + (state >> 24) % 7);
    }
    return bytes;
}

static struct text view(const struct buffer *buffer)
{
    return (struct text){(const char *)buffer->bytes, buffer->length};
}

static void unpacks_what_it_packed(void)
{
    static const size_t lengths[] = {0, 1, 1000, 65536, 65537, LARGE_BYTES};
    struct rpc_gzip gzip;
    rpc_gzip_init(&gzip);
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        char *bytes = content(lengths[i]);
        struct buffer packed, unpacked;
        struct fault fault;
        buffer_init(&packed, LARGE_BYTES);
        buffer_init(&unpacked, lengths[i]); /* As large as allowed, not a byte more. */
        CU_ASSERT_EQUAL(rpc_gzip_deflate(&gzip, (struct text){bytes, lengths[i]}, &packed), OK);
        CU_ASSERT_EQUAL(rpc_gzip_inflate(&gzip, view(&packed), &unpacked, &fault), OK);
        CU_ASSERT_EQUAL(unpacked.length, lengths[i]);
        CU_ASSERT(lengths[i] == 0 || memcmp(unpacked.bytes, bytes, lengths[i]) == 0);
        if (lengths[i] > 0) {
            struct buffer small;
            buffer_init(&small, lengths[i] - 1);
            CU_ASSERT_EQUAL(rpc_gzip_inflate(&gzip, view(&packed), &small, &fault),
                            RESOURCE_EXHAUSTED);
            CU_ASSERT_EQUAL(small.length, 0);
            CU_ASSERT_EQUAL(
                rpc_gzip_inflate(&gzip, (struct text){(char *)packed.bytes, 9}, &small, &fault),
                INVALID_ARGUMENT);
            buffer_free(&small);
        }
        buffer_free(&packed);
        buffer_free(&unpacked);
        free(bytes);
    }
    rpc_gzip_free(&gzip);
}

static void refuses_what_is_no_gzip(void)
{
    static const struct text rows[] = {
        {"plain text, long enough for a head", 34},
        {"\x1f\x8b\x08", 3},
        {"", 0},
        {"\x78\x9c\x03\x00\x00\x00\x00\x01", 8}, /* zlib's own format. */
    };
    struct rpc_gzip gzip;
    rpc_gzip_init(&gzip);
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct buffer out;
        struct fault fault = {""};
        buffer_init(&out, 100);
        CU_ASSERT_EQUAL(rpc_gzip_inflate(&gzip, rows[i], &out, &fault), INVALID_ARGUMENT);
        CU_ASSERT(fault.message[0] != '\0');
        buffer_free(&out);
    }
    rpc_gzip_free(&gzip);
}

static void takes_several_members(void)
{
    struct rpc_gzip gzip;
    struct buffer packed, out;
    struct fault fault;
    rpc_gzip_init(&gzip);
    buffer_init(&packed, 1000);
    buffer_init(&out, 1000);
    CU_ASSERT_EQUAL(rpc_gzip_deflate(&gzip, text_from("one "), &packed), OK);
    CU_ASSERT_EQUAL(rpc_gzip_deflate(&gzip, text_from("two"), &packed), OK);
    CU_ASSERT_EQUAL(rpc_gzip_inflate(&gzip, view(&packed), &out, &fault), OK);
    CU_ASSERT_TRUE(text_equal(view(&out), text_from("one two")));
    buffer_free(&packed);
    buffer_free(&out);
    rpc_gzip_free(&gzip);
}

/* A small message that would unpack to 200 MB: memory follows the limit, not the bomb. */
static void a_bomb_stops_at_the_limit(void)
{
    enum { LIMIT_BYTES = 1 << 20 };
    struct rpc_gzip gzip;
    struct buffer packed, out;
    struct fault fault = {""};
    rpc_gzip_init(&gzip);
    buffer_init(&packed, LARGE_BYTES);
    buffer_init(&out, LIMIT_BYTES);
    char *zeros = calloc(1, BOMB_BYTES);
    CU_ASSERT_PTR_NOT_NULL_FATAL(zeros);
    CU_ASSERT_EQUAL(rpc_gzip_deflate(&gzip, (struct text){zeros, BOMB_BYTES}, &packed), OK);
    free(zeros);
    CU_ASSERT_EQUAL(rpc_gzip_inflate(&gzip, view(&packed), &out, &fault), RESOURCE_EXHAUSTED);
    CU_ASSERT_STRING_EQUAL(fault.message, "the unpacked message is larger than 1048576 bytes");
    CU_ASSERT(out.capacity <= LIMIT_BYTES);
    buffer_free(&packed);
    buffer_free(&out);
    rpc_gzip_free(&gzip);
}

static void survives_every_failed_allocation(void)
{
    char *bytes = content(100000);
    int nth = 1;
    for (bool whole = false; nth < ALLOCATIONS_MAX && !whole; nth++) {
        struct rpc_gzip gzip;
        struct buffer packed, out;
        struct fault fault;
        rpc_gzip_init(&gzip);
        buffer_init(&packed, LARGE_BYTES);
        buffer_init(&out, LARGE_BYTES);
        (void)alloc_fail_at(nth);
        enum status status = rpc_gzip_deflate(&gzip, (struct text){bytes, 100000}, &packed);
        if (status == OK) status = rpc_gzip_inflate(&gzip, view(&packed), &out, &fault);
        (void)alloc_fail_at(0);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        whole = status == OK;
        buffer_free(&packed);
        buffer_free(&out);
        rpc_gzip_free(&gzip);
    }
    CU_ASSERT(nth > 5 && nth < ALLOCATIONS_MAX);
    free(bytes);
}

SUITE("rpc_gzip", {"envelopes say flags and length", envelopes_say_flags_and_length},
      {"unpacks what it packed", unpacks_what_it_packed},
      {"refuses what is no gzip", refuses_what_is_no_gzip},
      {"takes several members", takes_several_members},
      {"a bomb stops at the limit", a_bomb_stops_at_the_limit},
      {"survives every failed allocation", survives_every_failed_allocation})
