#include "base/buffer.h"

#include <string.h>

#include "support/suite.h"

static void appends_and_consumes(void)
{
    struct buffer buffer;
    buffer_init(&buffer, 1000);
    CU_ASSERT_EQUAL(buffer_append_string(&buffer, "hello "), OK);
    CU_ASSERT_EQUAL(buffer_printf(&buffer, "%d", 42), OK);
    CU_ASSERT_EQUAL(buffer_append_byte(&buffer, '!'), OK);
    CU_ASSERT_EQUAL(buffer.length, 9);
    CU_ASSERT_EQUAL(memcmp(buffer.bytes, "hello 42!", 9), 0);
    buffer_consume(&buffer, 6);
    CU_ASSERT_EQUAL(memcmp(buffer.bytes, "42!", 3), 0);
    buffer_free(&buffer);
}

static void stops_at_its_maximum(void)
{
    struct buffer buffer;
    buffer_init(&buffer, 300);
    static const char bytes[299];
    CU_ASSERT_EQUAL(buffer_append(&buffer, bytes, sizeof bytes), OK);
    CU_ASSERT_EQUAL(buffer_append(&buffer, bytes, 2), RESOURCE_EXHAUSTED);
    CU_ASSERT_EQUAL(buffer.length, 299);
    CU_ASSERT_EQUAL(buffer_append(&buffer, bytes, 1), OK);
    CU_ASSERT_EQUAL(buffer_append(&buffer, bytes, 1), RESOURCE_EXHAUSTED);
    buffer_free(&buffer);
}

SUITE("buffer", {"appends and consumes", appends_and_consumes},
      {"stops at its maximum", stops_at_its_maximum})
