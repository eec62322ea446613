#include "rpc/codec/rpc_codec.h"

#include <stdlib.h>
#include <string.h>

#include "sample.rpc.h"
#include "support/suite.h"

enum { ARENA_BYTES = 4 << 20, MESSAGE_BYTES_MAX = 1 << 20, ALLOCATIONS_MAX = 400 };

#define BYTES(literal) literal, sizeof(literal) - 1

static void refuses_malformed_bytes(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *message;
    } cases[] = {
        {BYTES("\x80"), "malformed Everything: byte 0: a varint is cut off"},
        {BYTES("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"),
         "malformed Everything: byte 0: a varint has more than 10 bytes"},
        {BYTES("\x00\x01"), "malformed Everything: byte 0: no field can have this number"},
        {BYTES("\xF8\xFF\xFF\xFF\x1F\x01"),
         "malformed Everything: byte 0: no field can have this number"},
        {BYTES("\x08"), "malformed Everything: int32_value, byte 0: a varint is cut off"},
        {BYTES("\x08\x01\x08\x80\x80"),
         "malformed Everything: int32_value, byte 2: a varint is cut off"},
        {BYTES("\x0B\x0C"),
         "malformed Everything: int32_value, byte 0: its wire type does not suit the field"},
        {BYTES("\xC3\x3E\x08\x01"), "malformed Everything: byte 0: a group has no end"},
        {BYTES("\xC3\x3E\xCC\x3E"),
         "malformed Everything: byte 0: another group ends than the one that began"},
        {BYTES("\xC4\x3E"), "malformed Everything: byte 0: a group ends that did not begin"},
        {BYTES("\xC3\x3E\x00\x01\xC4\x3E"),
         "malformed Everything: byte 0: no field can have this number"},
        {BYTES("\x0E\x01"),
         "malformed Everything: int32_value, byte 0: its wire type does not exist"},
        {BYTES("\x0A\x01\x01"),
         "malformed Everything: int32_value, byte 0: its wire type does not suit the field"},
        {BYTES("\x78\x01"),
         "malformed Everything: string_value, byte 0: its wire type does not suit the field"},
        {BYTES("\x1D\x01\x02\x03"), "malformed Everything: sfixed32_value, byte 0: its value runs "
                                    "past the end of its message"},
        {BYTES("\x31\x01\x02\x03\x04\x05\x06\x07"), "malformed Everything: sfixed64_value, byte 0: "
                                                    "its value runs past the end of its message"},
        {BYTES("\x7A\x05"
               "abcd"),
         "malformed Everything: string_value, byte 0: its value runs past the end of its message"},
        {BYTES("\x7A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"
               "a"),
         "malformed Everything: string_value, byte 0: its value runs past the end of its message"},
        {BYTES("\xC2\x3E\x7F"
               "a"),
         "malformed Everything: byte 0: its value runs past the end of its message"},
        {BYTES("\x7A\x03"
               "a\xFF"
               "b"),
         "malformed Everything: string_value, byte 3: not UTF-8"},
        {BYTES("\x7A\x02\xC0\x80"), "malformed Everything: string_value, byte 2: not UTF-8"},
        {BYTES("\x7A\x03\xED\xA0\x80"), "malformed Everything: string_value, byte 2: not UTF-8"},
        {BYTES("\xDA\x01\x01"
               "a\xDA\x01\x01\xFE"),
         "malformed Everything: string_list[1], byte 7: not UTF-8"},
        {BYTES("\xAA\x01\x03\x01\x02\x80"),
         "malformed Everything: int32_list[0], byte 5: a varint is cut off"},
        {BYTES("\xBA\x01\x05\x01\x02\x03\x04\x05"),
         "malformed Everything: fixed32_list[0], byte 7: its value runs past the end of its "
         "message"},
        /* message_value { children {} children { text: "\xFF" } } */
        {BYTES("\x8A\x01\x07\x1A\x00\x1A\x03\x2A\x01\xFF"),
         "malformed Everything: message_value.children[1].text, byte 9: not UTF-8"},
        /* An inner length that is fine for the whole but not for the message around it. */
        {BYTES("\x8A\x01\x03\x0A\x03"
               "abc"),
         "malformed Everything: message_value.label, byte 3: its value runs past the end of its "
         "message"},
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct fault fault = {""};
        ProtobufCMessage *message = NULL;
        struct text bytes = {cases[i].bytes, cases[i].length};
        CU_ASSERT_EQUAL(rpc_decode(&arena, bytes, &sample_everything_type, &message, &fault),
                        INVALID_ARGUMENT);
        CU_ASSERT_STRING_EQUAL(fault.message, cases[i].message);
        if (strcmp(fault.message, cases[i].message) != 0) printf("\n  %zu: %s", i, fault.message);
        CU_ASSERT_PTR_NULL(message);
    }
    arena_free(&arena);
}

static void accepts_what_protobuf_allows(void)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cases[] = {
        {BYTES("")},
        {BYTES("\xC0\x3E\x01")}, /* Unknown fields of each type. */
        {BYTES("\xC1\x3E\x01\x02\x03\x04\x05\x06\x07\x08")},
        {BYTES("\xC2\x3E\x02\xFF\xFE")},
        {BYTES("\xC5\x3E\x01\x02\x03\x04")},
        {BYTES("\xAA\x01\x00")},                                 /* An empty packed list. */
        {BYTES("\xA8\x01\x01\xAA\x01\x02\x01\x02\xA8\x01\x03")}, /* Packed and not, mixed. */
        {BYTES("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")}, /* -1 in ten bytes. */
        {BYTES("\x88\x80\x00\x01")},                             /* A tag longer than it need be. */
        {BYTES("\x70\x63")},                         /* An enum value of a later version. */
        {BYTES("\x8A\x01\x02\x20\x01\x8A\x01\x00")}, /* A message twice: they merge. */
        {BYTES("\x7A\x00")},
        {BYTES("\x7A\x03\xEA\xB0\x80")},
        {BYTES("\x82\x01\x02\x00\xFF")}, /* Bytes may be anything. */
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct fault fault = {""};
        ProtobufCMessage *message = NULL;
        struct text bytes = {cases[i].bytes, cases[i].length};
        CU_ASSERT_EQUAL(rpc_decode(&arena, bytes, &sample_everything_type, &message, &fault), OK);
        CU_ASSERT_PTR_NOT_NULL(message);
        if (fault.message[0] != '\0') printf("\n  %zu: %s", i, fault.message);
    }
    arena_free(&arena);
}

/* Bytes, and the bytes of what they mean. */
static void keeps_what_it_means(void)
{
    static const struct {
        const char *what;
        const char *bytes;
        size_t length;
        const char *again;
        size_t again_length;
    } cases[] = {
        {"a message twice", BYTES("\x8A\x01\x03\x0A\x01p\x8A\x01\x02\x10\x01"),
         BYTES("\x8A\x01\x05\x0A\x01p\x10\x01")},
        {"a message twice, its oneof unset", BYTES("\x8A\x01\x00\x8A\x01\x00"),
         BYTES("\x8A\x01\x00")},
        {"lists of a message twice", BYTES("\x8A\x01\x02\x1A\x00\x8A\x01\x04\x1A\x02\x10\x01"),
         BYTES("\x8A\x01\x06\x1A\x00\x1A\x02\x10\x01")},
        {"two members of a oneof", BYTES("\x8A\x01\x05\x20\x05\x2A\x01q"),
         BYTES("\x8A\x01\x03\x2A\x01q")},
        {"a message of a oneof twice", BYTES("\x8A\x01\x09\x32\x03\x0A\x01p\x32\x02\x10\x01"),
         BYTES("\x8A\x01\x07\x32\x05\x0A\x01p\x10\x01")},
        {"a message of a oneof, another member, the message",
         BYTES("\x8A\x01\x0B\x32\x03\x0A\x01p\x20\x05\x32\x02\x10\x01"),
         BYTES("\x8A\x01\x04\x32\x02\x10\x01")},
        {"a member of a oneof with its default", BYTES("\x8A\x01\x02\x20\x00"),
         BYTES("\x8A\x01\x02\x20\x00")},
        {"a key twice: the last one counts",
         BYTES("\xFA\x01\x05\x0A\x01p\x10\x01\xFA\x01\x05\x0A\x01q\x10\x02"
               "\xFA\x01\x05\x0A\x01p\x10\x03\xFA\x01\x05\x0A\x01p\x10\x04"),
         BYTES("\xFA\x01\x05\x0A\x01p\x10\x04\xFA\x01\x05\x0A\x01q\x10\x02")},
        {"a number as a key twice", BYTES("\x82\x02\x04\x08\x05\x12\x00\x82\x02\x02\x08\x05"),
         BYTES("\x82\x02\x04\x08\x05\x12\x00")},
        {"an entry without key and value", BYTES("\xFA\x01\x00"), BYTES("\xFA\x01\x00")},
        {"an entry without its message", BYTES("\x82\x02\x00"), BYTES("\x82\x02\x02\x12\x00")},
        {"NULs", BYTES("\x7A\x04\x00p\x00\x00"), BYTES("\x7A\x04\x00p\x00\x00")},
        {"a group that is unknown, with one within",
         BYTES("\xC3\x3E\x08\x01\xCB\x3E\xCC\x3E\xC4\x3E"),
         BYTES("\xC3\x3E\x08\x01\xCB\x3E\xCC\x3E\xC4\x3E")},
        {"unknown fields in their order", BYTES("\xC0\x3E\x01\x08\x01\xC2\x3E\x01p\xC0\x3E\x02"),
         BYTES("\x08\x01\xC0\x3E\x01\xC2\x3E\x01p\xC0\x3E\x02")},
        {"-0.0", BYTES("\x61\0\0\0\0\0\0\0\x80"), BYTES("\x61\0\0\0\0\0\0\0\x80")},
        {"a bool that is not 1", BYTES("\x68\x80\x80\x01"), BYTES("\x68\x01")},
        {"an int32 of 64 bits", BYTES("\x08\xFF\xFF\xFF\xFF\x7F"),
         BYTES("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")},
        {"packed and not", BYTES("\xA8\x01\x01\xAA\x01\x04\x02\x03\x04\x05\xA8\x01\x06"),
         BYTES("\xAA\x01\x06\x01\x02\x03\x04\x05\x06")},
    };
    struct arena arena;
    struct buffer buffer;
    arena_init(&arena, ARENA_BYTES);
    buffer_init(&buffer, MESSAGE_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct fault fault = {""};
        ProtobufCMessage *message;
        struct text bytes = {cases[i].bytes, cases[i].length};
        buffer_clear(&buffer);
        enum status status = rpc_decode(&arena, bytes, &sample_everything_type, &message, &fault);
        if (status == OK) status = rpc_encode(message, &buffer);
        CU_ASSERT_EQUAL(status, OK);
        bool same = status == OK && buffer.length == cases[i].again_length &&
                    memcmp(buffer.bytes, cases[i].again, buffer.length) == 0;
        CU_ASSERT_TRUE(same);
        if (!same) printf("\n  %s %s", cases[i].what, fault.message);
    }
    buffer_free(&buffer);
    arena_free(&arena);
}

/* Lists grow by doubling: every length up to a few doublings, item by item and packed. */
static void grows_lists(void)
{
    struct arena arena;
    struct buffer buffer;
    arena_init(&arena, ARENA_BYTES);
    buffer_init(&buffer, MESSAGE_BYTES_MAX);
    for (size_t length = 0; length <= 70; length++) {
        buffer_clear(&buffer);
        for (size_t i = 0; i < length; i++) {
            const uint8_t item[] = {0xDA, 0x01, 0x01, (uint8_t)(' ' + i)}; /* string_list */
            const uint8_t packed[] = {0xAA, 0x01, 0x02, (uint8_t)i, 1};    /* int32_list */
            CU_ASSERT_EQUAL(buffer_append(&buffer, item, sizeof item), OK);
            CU_ASSERT_EQUAL(buffer_append(&buffer, packed, sizeof packed), OK);
        }
        ProtobufCMessage *message = NULL;
        struct text bytes = {(const char *)buffer.bytes, buffer.length};
        CU_ASSERT_EQUAL_FATAL(rpc_decode(&arena, bytes, &sample_everything_type, &message, NULL),
                              OK);
        const sample_everything *everything = (const sample_everything *)message;
        CU_ASSERT_EQUAL_FATAL(everything->n_string_list, length);
        CU_ASSERT_EQUAL_FATAL(everything->n_int32_list, 2 * length);
        for (size_t i = 0; i < length; i++) {
            CU_ASSERT_EQUAL(everything->string_list[i][0], (char)(' ' + i));
            CU_ASSERT_EQUAL(everything->int32_list[2 * i], (int32_t)i);
            CU_ASSERT_EQUAL(everything->int32_list[2 * i + 1], 1);
        }
    }
    buffer_free(&buffer);
    arena_free(&arena);
}

/* A large message is written through windows that widen; what stands before it stays. */
static void encodes_behind_what_is_there(void)
{
    static char label[40000];
    memset(label, 'x', sizeof label - 1);
    sample_node leaf = SAMPLE_NODE_INIT;
    leaf.label = label;
    sample_node *children[] = {&leaf, &leaf, &leaf};
    sample_node node = SAMPLE_NODE_INIT;
    node.children = children;
    node.n_children = ARRAY_LENGTH(children);
    size_t length = protobuf_c_message_get_packed_size(&node.base);
    for (size_t room = length - 2; room <= length + 1; room++) {
        struct buffer buffer;
        buffer_init(&buffer, 3 + room);
        CU_ASSERT_EQUAL(buffer_append(&buffer, "abc", 3), OK);
        enum status status = rpc_encode(&node.base, &buffer);
        CU_ASSERT_EQUAL(status, room < length ? RESOURCE_EXHAUSTED : OK);
        CU_ASSERT_EQUAL(buffer.length, room < length ? 3 : 3 + length);
        CU_ASSERT_EQUAL(memcmp(buffer.bytes, "abc", 3), 0);
        uint8_t *expected = calloc(1, length);
        CU_ASSERT_PTR_NOT_NULL_FATAL(expected);
        (void)protobuf_c_message_pack(&node.base, expected);
        if (status == OK) CU_ASSERT_EQUAL(memcmp(buffer.bytes + 3, expected, length), 0);
        free(expected);
        buffer_free(&buffer);
    }
}

/* A node within a node, `depth` deep below the root. */
static size_t nest(uint8_t *bytes, size_t depth)
{
    size_t length = 0;
    for (size_t i = 0; i < depth; i++) {
        uint8_t header[16] = {0x32};
        size_t header_length = 1;
        for (size_t rest = length;; rest >>= 7) {
            header[header_length++] = (uint8_t)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
            if (rest <= 0x7F) break;
        }
        memmove(bytes + header_length, bytes, length);
        memcpy(bytes, header, header_length);
        length += header_length;
    }
    return length;
}

static void bounds_the_depth(void)
{
    static uint8_t bytes[MESSAGE_BYTES_MAX];
    static const struct {
        size_t depth;
        enum status status;
    } cases[] = {
        {1, OK},
        {RPC_DEPTH_MAX, OK},
        {RPC_DEPTH_MAX + 1, OUT_OF_RANGE},
        {9000, OUT_OF_RANGE},
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct text text = {(const char *)bytes, nest(bytes, cases[i].depth)};
        struct fault fault = {""};
        ProtobufCMessage *message;
        enum status status = rpc_decode(&arena, text, &sample_node_type, &message, &fault);
        CU_ASSERT_EQUAL(status, cases[i].status);
        if (status != OK) CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "nested deeper than 100"));
    }
    arena_free(&arena);
}

static void says_when_the_arena_is_full(void)
{
    uint8_t bytes[2000];
    for (size_t i = 0; i < sizeof bytes; i += 2)
        memcpy(bytes + i, "\x1A", 2); /* children {} */
    struct arena arena;
    arena_init(&arena, 8192);
    struct fault fault = {""};
    ProtobufCMessage *message;
    struct text text = {(const char *)bytes, sizeof bytes};
    CU_ASSERT_EQUAL(rpc_decode(&arena, text, &sample_node_type, &message, &fault),
                    RESOURCE_EXHAUSTED);
    CU_ASSERT_STRING_EQUAL(fault.message,
                           "Node of 2000 bytes does not fit the call's memory of 8192 bytes");
    arena_free(&arena);
}

/* Fills a message, so that there is something in every sort of field. */
static struct text fill(struct arena *arena, struct buffer *buffer)
{
    sample_node leaf = SAMPLE_NODE_INIT;
    leaf.label = arena_copy(arena, "\xEC\x9E\x8E", 3);
    leaf.kind = SAMPLE_NODE_KIND_LEAF;
    leaf.value_case = SAMPLE_NODE_VALUE_CASE_NUMBER;
    leaf.number = -5;
    sample_node *children[] = {&leaf, &leaf, &leaf};
    sample_node branch = SAMPLE_NODE_INIT;
    branch.n_children = ARRAY_LENGTH(children);
    branch.children = children;
    sample_everything everything = SAMPLE_EVERYTHING_INIT;
    int32_t numbers[] = {1, -1, 300};
    everything.message_value = &branch;
    everything.n_int32_list = ARRAY_LENGTH(numbers);
    everything.int32_list = numbers;
    everything.double_value = 0.5;
    CU_ASSERT_EQUAL(rpc_encode(&everything.base, buffer), OK);
    return (struct text){(const char *)buffer->bytes, buffer->length};
}

static void decodes_what_it_encoded(void)
{
    struct arena arena;
    struct buffer buffer;
    arena_init(&arena, ARENA_BYTES);
    buffer_init(&buffer, MESSAGE_BYTES_MAX);
    struct text text = fill(&arena, &buffer);
    ProtobufCMessage *message = NULL;
    CU_ASSERT_EQUAL_FATAL(rpc_decode(&arena, text, &sample_everything_type, &message, NULL), OK);
    const sample_everything *decoded = (const sample_everything *)message;
    CU_ASSERT_EQUAL(decoded->message_value->n_children, 3);
    CU_ASSERT_STRING_EQUAL(decoded->message_value->children[2]->label, "\xEC\x9E\x8E");
    CU_ASSERT_EQUAL(decoded->message_value->children[2]->number, -5);
    CU_ASSERT_EQUAL(decoded->int32_list[1], -1);
    struct buffer small;
    buffer_init(&small, 10);
    CU_ASSERT_EQUAL(rpc_encode(message, &small), RESOURCE_EXHAUSTED);
    CU_ASSERT_EQUAL(small.length, 0);
    buffer_free(&small);
    buffer_free(&buffer);
    arena_free(&arena);
}

static void survives_failing_allocations(void)
{
    struct arena arena;
    struct buffer buffer;
    arena_init(&arena, ARENA_BYTES);
    buffer_init(&buffer, MESSAGE_BYTES_MAX);
    struct text text = fill(&arena, &buffer);
    int failed = 0, passed = 0;
    for (int nth = 1; nth < ALLOCATIONS_MAX; nth++) {
        arena_reset(&arena);
        (void)alloc_fail_at(nth);
        ProtobufCMessage *message = NULL;
        enum status status = rpc_decode(&arena, text, &sample_everything_type, &message, NULL);
        (void)alloc_fail_at(0);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        failed += status != OK;
        passed += status == OK;
    }
    CU_ASSERT(failed > 5);
    CU_ASSERT(passed > 5);
    buffer_free(&buffer);
    arena_free(&arena);
}

struct violations {
    char text[4096];
    size_t count, count_max;
};

static bool note_violation(void *context, const char *field_path, const char *description)
{
    struct violations *violations = context;
    size_t length = strlen(violations->text);
    (void)snprintf(violations->text + length, sizeof violations->text - length, "%s %s\n",
                   field_path, description);
    return ++violations->count < violations->count_max;
}

static const struct {
    const char *name, *as_of, *digest, *request_id;
    int32_t page_size;
    size_t id_count, node_count, data_bytes;
    int64_t id;
    const char *child_label;
    const char *expected;
} bound_cases[] = {
    {.name = "n", .request_id = "r", .expected = ""},
    {.name = "", .request_id = "r", .expected = "name must not be empty\n"},
    {.name = "12345678901234567", .request_id = "r", .expected = "name is 17 bytes; at most 16\n"},
    {.name = "n", .request_id = "", .expected = "request_id must not be empty\n"},
    {.name = "n\xC0\x80",
     .request_id = "r",
     .expected = "name holds the control character U+0000 at byte 1\n"},
    {.name = "n\n\t\r", .request_id = "r", .expected = ""},
    {.name = "n\a",
     .request_id = "r",
     .expected = "name holds the control character U+0007 at byte 1\n"},
    {.name = "n",
     .request_id = "a b",
     .expected = "request_id must be 1 to 64 of a-z A-Z 0-9 . _ -, the first a letter or digit\n"},
    {.name = "n",
     .request_id = ".a",
     .expected = "request_id must be 1 to 64 of a-z A-Z 0-9 . _ -, the first a letter or digit\n"},
    {.name = "n", .request_id = "a.b_c-D9", .as_of = "2020-02-29", .expected = ""},
    {.name = "n",
     .request_id = "r",
     .as_of = "2019-02-29",
     .expected = "as_of must be a day of the calendar such as 2020-03-31\n"},
    {.name = "n", .request_id = "r", .page_size = 100, .expected = ""},
    {.name = "n",
     .request_id = "r",
     .page_size = 101,
     .expected = "page_size is 101; must be from 0 to 100\n"},
    {.name = "n",
     .request_id = "r",
     .page_size = -1,
     .expected = "page_size is -1; must be from 0 to 100\n"},
    {.name = "n", .request_id = "r", .id_count = 3, .id = INT64_MIN, .expected = ""},
    {.name = "n",
     .request_id = "r",
     .id_count = 2,
     .id = 11,
     .expected = "ids[0] is 11; must be from -9223372036854775808 to 10\n"
                 "ids[1] is 11; must be from -9223372036854775808 to 10\n"},
    {.name = "n", .request_id = "r", .id_count = 4, .expected = "ids has 4 items; at most 3\n"},
    {.name = "n", .request_id = "r", .node_count = 5, .expected = "nodes has 5 items; at most 4\n"},
    {.name = "n",
     .request_id = "r",
     .node_count = 2,
     .child_label = "\x7F",
     .expected = "nodes[0].children[0].label holds the control character U+007F at byte 0\n"
                 "nodes[1].children[0].label holds the control character U+007F at byte 0\n"},
    {.name = "n", .request_id = "r", .data_bytes = 9, .expected = "data is 9 bytes; at most 8\n"},
    {.name = "n",
     .request_id = "r",
     .digest = "00",
     .expected = "digest must be the 64 lower-case hexadecimal digits of a SHA-256\n"},
    {.name = "n",
     .request_id = "r",
     .digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     .expected = ""},
};

/* A string for protobuf-c's structs, whose strings are not const. */
static char *borrow(struct arena *arena, const char *string)
{
    return arena_copy(arena, string == NULL ? "" : string, string == NULL ? 0 : strlen(string));
}

static void checks_bounds(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_LENGTH(bound_cases); i++) {
        arena_reset(&arena);
        sample_get_node_request request = SAMPLE_GET_NODE_REQUEST_INIT;
        sample_node child = SAMPLE_NODE_INIT;
        sample_node *children[] = {&child};
        sample_node node = SAMPLE_NODE_INIT;
        sample_node *nodes[] = {&node, &node, &node, &node, &node};
        int64_t ids[] = {bound_cases[i].id, bound_cases[i].id, bound_cases[i].id, 0};
        uint8_t data[16] = {0};
        child.label = borrow(&arena, bound_cases[i].child_label);
        node.n_children = 1;
        node.children = children;
        request.name = borrow(&arena, bound_cases[i].name);
        request.as_of = borrow(&arena, bound_cases[i].as_of);
        request.digest = borrow(&arena, bound_cases[i].digest);
        request.request_id = borrow(&arena, bound_cases[i].request_id);
        request.page_size = bound_cases[i].page_size;
        request.n_ids = bound_cases[i].id_count;
        request.ids = ids;
        request.n_nodes = bound_cases[i].node_count;
        request.nodes = nodes;
        sample_node required = SAMPLE_NODE_INIT;
        request.node = &required;
        request.data = (ProtobufCBinaryData){bound_cases[i].data_bytes, data};
        struct violations violations = {.count_max = 100};
        bool holds = rpc_check_bounds(&sample_get_node_request_type, &request.base, note_violation,
                                      &violations);
        CU_ASSERT_EQUAL(holds, bound_cases[i].expected[0] == '\0');
        CU_ASSERT_STRING_EQUAL(violations.text, bound_cases[i].expected);
        if (strcmp(violations.text, bound_cases[i].expected) != 0)
            printf("\n  %zu: %s", i, violations.text);
    }
    arena_free(&arena);
}

static void checks_bounds_of_an_empty_request(void)
{
    sample_get_node_request request = SAMPLE_GET_NODE_REQUEST_INIT;
    struct violations violations = {.count_max = 100};
    CU_ASSERT_FALSE(rpc_check_bounds(&sample_get_node_request_type, &request.base, note_violation,
                                     &violations));
    CU_ASSERT_STRING_EQUAL(
        violations.text,
        "name must not be empty\nnode must be set\nrequest_id must not be empty\n");
    struct violations first = {.count_max = 1};
    CU_ASSERT_FALSE(
        rpc_check_bounds(&sample_get_node_request_type, &request.base, note_violation, &first));
    CU_ASSERT_EQUAL(first.count, 1);
}

static void applies_the_default_bounds(void)
{
    static char label[RPC_STRING_BYTES_MAX + 2];
    memset(label, 'x', RPC_STRING_BYTES_MAX + 1);
    static sample_node leaf = SAMPLE_NODE_INIT;
    static sample_node *children[RPC_ITEMS_MAX + 1];
    for (size_t i = 0; i < ARRAY_LENGTH(children); i++)
        children[i] = &leaf;
    sample_node node = SAMPLE_NODE_INIT;
    node.label = label;
    node.children = children;
    node.n_children = ARRAY_LENGTH(children);
    struct violations violations = {.count_max = 100};
    CU_ASSERT_FALSE(rpc_check_bounds(&sample_node_type, &node.base, note_violation, &violations));
    CU_ASSERT_STRING_EQUAL(violations.text, "label is 4097 bytes; at most 4096\n"
                                            "children has 1001 items; at most 1000\n");
    label[RPC_STRING_BYTES_MAX] = '\0';
    node.n_children = RPC_ITEMS_MAX;
    CU_ASSERT_TRUE(rpc_check_bounds(&sample_node_type, &node.base, note_violation, &violations));
}

SUITE("rpc_codec", {"refuses malformed bytes", refuses_malformed_bytes},
      {"accepts what protobuf allows", accepts_what_protobuf_allows},
      {"keeps what it means", keeps_what_it_means}, {"grows lists", grows_lists},
      {"encodes behind what is there", encodes_behind_what_is_there},
      {"bounds the depth", bounds_the_depth},
      {"says when the arena is full", says_when_the_arena_is_full},
      {"decodes what it encoded", decodes_what_it_encoded},
      {"survives failing allocations", survives_failing_allocations},
      {"checks bounds", checks_bounds},
      {"checks bounds of an empty request", checks_bounds_of_an_empty_request},
      {"applies the default bounds", applies_the_default_bounds})
