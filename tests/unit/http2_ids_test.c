#include "http/http2_ids.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

static void tells_what_an_id_was(void)
{
    struct http2_ids ids = {0};
    CU_ASSERT_EQUAL(http2_ids_find(&ids, 1), HTTP2_ID_NEW);
    http2_ids_open(&ids, 5);
    http2_ids_open(&ids, 7);
    http2_ids_end(&ids, 7);
    http2_ids_end(&ids, 3); /* Never opened. */
    static const struct {
        int32_t id;
        enum http2_id expected;
    } rows[] = {
        {1, HTTP2_ID_SKIPPED}, {3, HTTP2_ID_SKIPPED}, {5, HTTP2_ID_OPENED},
        {7, HTTP2_ID_ENDED},   {9, HTTP2_ID_NEW},     {INT32_MAX, HTTP2_ID_NEW},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(http2_ids_find(&ids, rows[i].id), rows[i].expected);
    http2_ids_open(&ids, INT32_MAX);
    CU_ASSERT_EQUAL(http2_ids_find(&ids, 7), HTTP2_ID_OLD);
    CU_ASSERT_EQUAL(http2_ids_find(&ids, INT32_MAX - 2), HTTP2_ID_SKIPPED);
    CU_ASSERT_EQUAL(http2_ids_find(&ids, INT32_MAX), HTTP2_ID_OPENED);
}

/* Against a record of every id. */
static void agrees_with_a_whole_record(void)
{
    enum { IDS = 20000 };
    static enum http2_id all[IDS];
    struct http2_ids ids = {0};
    bool right = true;
    srand(1);
    for (int32_t id = 1; id < IDS && right;) {
        http2_ids_open(&ids, id);
        all[id] = HTTP2_ID_OPENED;
        int32_t ended = id - rand() % 600;
        if (ended > 0 && ended % 2 == 1) {
            http2_ids_end(&ids, ended);
            if (all[ended] == HTTP2_ID_OPENED && id - ended < 2 * HTTP2_IDS_KEPT)
                all[ended] = HTTP2_ID_ENDED;
        }
        for (int32_t older = id; older > 0 && right; older -= 2) {
            enum http2_id expected = id - older >= 2 * HTTP2_IDS_KEPT ? HTTP2_ID_OLD
                                     : all[older] == HTTP2_ID_NEW     ? HTTP2_ID_SKIPPED
                                                                      : all[older];
            right = http2_ids_find(&ids, older) == expected;
        }
        for (int32_t skipped = id + 2 * (rand() % 16 == 0 ? rand() % 700 : rand() % 3);
             id < skipped;)
            id += 2;
        id += 2;
    }
    CU_ASSERT_TRUE(right);
}

SUITE("http2_ids", {"tells what an id was", tells_what_an_id_was},
      {"agrees with a whole record", agrees_with_a_whole_record})
