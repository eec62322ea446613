#include "rpc/codec/rpc_json.h"

#include <math.h>
#include <string.h>

#include "rpc/codec/rpc_codec.h"
#include "sample.rpc.h"
#include "support/suite.h"

enum { ARENA_BYTES = 8 << 20, JSON_BYTES_MAX = 1 << 20, ALLOCATIONS_MAX = 300 };

static const struct rpc_json_style compact = {0};

/* Reads a JSON text as an Everything and writes it again: the canonical form is what it meant. */
static enum status rewrite(struct arena *arena, const char *json, struct buffer *out,
                           struct fault *fault)
{
    ProtobufCMessage *message;
    buffer_clear(out);
    enum status status =
        rpc_json_read(arena, text_from(json), &sample_everything_type, false, &message, fault);
    if (status == OK) status = rpc_json_write(message, &compact, out);
    if (status == OK) status = buffer_append(out, "", 1);
    return status;
}

static void reads_and_writes(void)
{
    static const struct {
        const char *json, *canonical;
    } cases[] = {
        {"{}", "{}"},
        {" \t\r\n{ } \n", "{}"},
        {"{\"int32Value\": -2147483648}", "{\"int32Value\":-2147483648}"},
        {"{\"int32_value\": 2147483647}", "{\"int32Value\":2147483647}"},
        {"{\"int32Value\": \"12\"}", "{\"int32Value\":12}"},
        {"{\"int32Value\": 1e3}", "{\"int32Value\":1000}"},
        {"{\"int32Value\": 1500.0e-2}", "{\"int32Value\":15}"},
        {"{\"int32Value\": -0}", "{}"},
        {"{\"int32Value\": 0e999999999999}", "{}"},
        {"{\"int32Value\": null, \"messageValue\": null, \"int32List\": null}", "{}"},
        {"{\"int64Value\": \"-9223372036854775808\"}", "{\"int64Value\":\"-9223372036854775808\"}"},
        {"{\"int64Value\": 9223372036854775807}", "{\"int64Value\":\"9223372036854775807\"}"},
        {"{\"uint64Value\": 18446744073709551615}", "{\"uint64Value\":\"18446744073709551615\"}"},
        {"{\"fixed64Value\": \"1\", \"sfixed64Value\": -1, \"sint64Value\": \"-1\"}",
         "{\"sint64Value\":\"-1\",\"sfixed64Value\":\"-1\",\"fixed64Value\":\"1\"}"},
        {"{\"uint32Value\": 4294967295, \"fixed32Value\": 1}",
         "{\"uint32Value\":4294967295,\"fixed32Value\":1}"},
        {"{\"floatValue\": 3.4028234663852886e38}", "{\"floatValue\":3.4028235e+38}"},
        {"{\"floatValue\": 3.40282347e+38}", "{\"floatValue\":3.4028235e+38}"},
        {"{\"doubleValue\": 0.1}", "{\"doubleValue\":0.1}"},
        {"{\"doubleValue\": 1.7976931348623157e308}", "{\"doubleValue\":1.7976931348623157e+308}"},
        {"{\"doubleValue\": -0.0}", "{\"doubleValue\":-0}"},
        {"{\"doubleValue\": \"NaN\", \"floatValue\": \"-Infinity\"}",
         "{\"floatValue\":\"-Infinity\",\"doubleValue\":\"NaN\"}"},
        {"{\"doubleValue\": \"Infinity\"}", "{\"doubleValue\":\"Infinity\"}"},
        {"{\"boolValue\": true}", "{\"boolValue\":true}"},
        {"{\"enumValue\": \"LEAF\"}", "{\"enumValue\":\"LEAF\"}"},
        {"{\"enumValue\": 2}", "{\"enumValue\":\"KIND_BRANCH\"}"},
        {"{\"enumValue\": 99}", "{\"enumValue\":99}"},
        {"{\"stringValue\": \"\"}", "{}"},
        {"{\"stringValue\": \"가\\uac00\\ud83d\\uDE00\\/\\\"\\\\\\b\\f\\n\\r\\t\\u0001\x7F\"}",
         "{\"stringValue\":\"가가😀/\\\"\\\\\\b\\f\\n\\r\\t\\u0001\x7F\"}"},
        {"{\"bytesValue\": \"AQID\"}", "{\"bytesValue\":\"AQID\"}"},
        {"{\"bytesValue\": \"AQI=\"}", "{\"bytesValue\":\"AQI=\"}"},
        {"{\"bytesValue\": \"-_8\"}", "{\"bytesValue\":\"+/8=\"}"},
        {"{\"bytesValue\": \"+w\"}", "{\"bytesValue\":\"+w==\"}"},
        {"{\"bytesValue\": \"+w==\"}", "{\"bytesValue\":\"+w==\"}"},
        {"{\"messageValue\": {}}", "{\"messageValue\":{}}"},
        {"{\"messageValue\": {\"children\": [{\"label\": \"a\"}, {}]}}",
         "{\"messageValue\":{\"children\":[{\"label\":\"a\"},{}]}}"},
        {"{\"messageValue\": {\"number\": \"0\"}}", "{\"messageValue\":{\"number\":\"0\"}}"},
        {"{\"messageValue\": {\"number\": null, \"text\": \"\"}}",
         "{\"messageValue\":{\"text\":\"\"}}"},
        {"{\"messageValue\": {\"only\": {\"only\": {}}}}",
         "{\"messageValue\":{\"only\":{\"only\":{}}}}"},
        {"{\"int32List\": []}", "{}"},
        {"{\"int32List\": [1, \"-1\", 3,4,5,6,7,8,9,10]}",
         "{\"int32List\":[1,-1,3,4,5,6,7,8,9,10]}"},
        {"{\"uint64List\": [1], \"fixed32List\": [2], \"doubleList\": [0.5], \"boolList\": "
         "[false]}",
         "{\"uint64List\":[\"1\"],\"fixed32List\":[2],\"doubleList\":[0.5],\"boolList\":[false]}"},
        {"{\"enumList\": [\"LEAF\", 0], \"stringList\": [\"\", \"b\"], \"bytesList\": [\"\"]}",
         "{\"enumList\":[\"LEAF\",\"KIND_UNSPECIFIED\"],\"stringList\":[\"\",\"b\"],\"bytesList\":["
         "\"\"]}"},
        {"{\"counts\": {\"b\": 2, \"a\": 1, \"\": 0}}", "{\"counts\":{\"b\":2,\"a\":1,\"\":0}}"},
        {"{\"nodes\": {\"1\": {}, \"-7\": {\"label\": \"x\"}}}",
         "{\"nodes\":{\"1\":{},\"-7\":{\"label\":\"x\"}}}"},
        {"{\"counts\": {}}", "{}"},
        {"{\"timestamp\": \"2020-03-31T09:00:00+09:00\"}",
         "{\"timestamp\":\"2020-03-31T00:00:00Z\"}"},
        {"{\"timestamp\": \"1969-12-31T23:59:59.5Z\"}",
         "{\"timestamp\":\"1969-12-31T23:59:59.500Z\"}"},
        {"{\"timestamp\": \"0001-01-01T00:00:00Z\"}", "{\"timestamp\":\"0001-01-01T00:00:00Z\"}"},
        {"{\"timestamp\": \"9999-12-31T23:59:59.999999999Z\"}",
         "{\"timestamp\":\"9999-12-31T23:59:59.999999999Z\"}"},
        {"{\"duration\": \"1.000001s\"}", "{\"duration\":\"1.000001s\"}"},
        {"{\"duration\": \"-0.5s\"}", "{\"duration\":\"-0.500s\"}"},
        {"{\"duration\": \"315576000000s\"}", "{\"duration\":\"315576000000s\"}"},
        {"{\"mask\": \"pageSize,node.label\"}", "{\"mask\":\"pageSize,node.label\"}"},
        {"{\"mask\": \"\"}", "{\"mask\":\"\"}"},
        {"{\"structValue\": {\"a\": [1, null, {\"b\": {}}], \"c\": \"d\", \"e\": true}}",
         "{\"structValue\":{\"a\":[1,null,{\"b\":{}}],\"c\":\"d\",\"e\":true}}"},
        {"{\"anyJson\": null}", "{\"anyJson\":null}"},
        {"{\"anyJson\": [[], {}]}", "{\"anyJson\":[[],{}]}"},
        {"{\"wrappedNumber\": \"0\", \"wrappedText\": \"\", \"wrappedBool\": false}",
         "{\"wrappedNumber\":\"0\",\"wrappedText\":\"\",\"wrappedBool\":false}"},
        {"{\"any\": {}}", "{\"any\":{}}"},
        {"{\"any\": {\"reason\": \"FULL\", \"@type\": "
         "\"type.googleapis.com/google.rpc.ErrorInfo\"}}",
         "{\"any\":{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"FULL\"}}"},
        {"{\"any\": {\"@type\": \"t/google.protobuf.Duration\", \"value\": \"1s\"}}",
         "{\"any\":{\"@type\":\"t/google.protobuf.Duration\",\"value\":\"1s\"}}"},
        {"{\"any\": {\"@type\": \"t/google.protobuf.Struct\", \"value\": {\"a\": [1]}}}",
         "{\"any\":{\"@type\":\"t/google.protobuf.Struct\",\"value\":{\"a\":[1]}}}"},
        {"{\"any\": {\"@type\": \"t/google.protobuf.Any\", \"value\": "
         "{\"@type\": \"t/google.protobuf.Int64Value\", \"value\": 7}}}",
         "{\"any\":{\"@type\":\"t/google.protobuf.Any\",\"value\":"
         "{\"@type\":\"t/google.protobuf.Int64Value\",\"value\":\"7\"}}}"},
        {"{\"any\": {\"@type\": \"t/sotong.sample.v1.Node\", \"label\": \"a\"}}",
         "{\"any\":{\"@type\":\"t/sotong.sample.v1.Node\",\"label\":\"a\"}}"},
        {"{\"stringValue\": \"\\u0000a\\u0000\"}", "{\"stringValue\":\"\\u0000a\\u0000\"}"},
    };
    struct arena arena;
    struct buffer out;
    arena_init(&arena, ARENA_BYTES);
    buffer_init(&out, JSON_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct fault fault = {""};
        CU_ASSERT_EQUAL(rewrite(&arena, cases[i].json, &out, &fault), OK);
        if (fault.message[0] != '\0') {
            printf("\n  %s: %s", cases[i].json, fault.message);
            continue;
        }
        CU_ASSERT_STRING_EQUAL((char *)out.bytes, cases[i].canonical);
        if (strcmp((char *)out.bytes, cases[i].canonical) != 0) printf("\n  %s", out.bytes);
        /* What was written must mean the same. */
        char *again = arena_copy(&arena, (char *)out.bytes, out.length);
        CU_ASSERT_EQUAL(rewrite(&arena, again, &out, &fault), OK);
        CU_ASSERT_STRING_EQUAL((char *)out.bytes, again);
    }
    buffer_free(&out);
    arena_free(&arena);
}

static void refuses_bad_json(void)
{
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"", "line 1, column 1: expected an object, found the end"},
        {"[]", "line 1, column 1: expected an object, found an array"},
        {"{", "line 1, column 2: expected a name, found the end"},
        {"{} x", "line 1, column 4: not JSON"},
        {"{}{}", "line 1, column 3: expected nothing more, found an object"},
        {"{,}", "line 1, column 2: expected a name, found ','"},
        {"{\"int32Value\": 1,}", "int32_value, line 1, column 18: expected a name, found '}'"},
        {"{\"int32Value\" 1}", "line 1, column 15: expected ':', found a number"},
        {"{\"int32Value\": 01}",
         "int32_value, line 1, column 16: neither a number nor true, false or null"},
        {"{\"int32Value\": +1}", "int32_value, line 1, column 16: not JSON"},
        {"{\"int32Value\": .5}", "int32_value, line 1, column 16: not JSON"},
        {"{\"int32Value\": 1.5}",
         "int32_value, line 1, column 16: expected a whole number from -2147483648 to 2147483647, "
         "found 1.5"},
        {"{\"int32Value\": 2147483648}",
         "int32_value, line 1, column 16: expected a whole number from -2147483648 to 2147483647, "
         "found 2147483648"},
        {"{\"uint32Value\": -1}",
         "uint32_value, line 1, column 17: expected a whole number from 0 to 4294967295, found -1"},
        {"{\"int64Value\": 9223372036854775808}",
         "int64_value, line 1, column 16: expected a whole number from -9223372036854775808 to "
         "9223372036854775807, found 9223372036854775808"},
        {"{\"uint64Value\": 1e20}",
         "uint64_value, line 1, column 17: expected a whole number from 0 to 18446744073709551615, "
         "found 1e20"},
        {"{\"int32Value\": \"\"}",
         "int32_value, line 1, column 16: expected a number, found a string that holds none"},
        {"{\"int32Value\": \"1 \"}",
         "int32_value, line 1, column 16: expected a number, found a string that holds none"},
        {"{\"int32Value\": true}", "int32_value, line 1, column 16: expected a number, found true"},
        {"{\"floatValue\": 1e39}",
         "float_value, line 1, column 16: a number beyond the field's range"},
        {"{\"doubleValue\": -1e999}",
         "double_value, line 1, column 17: a number beyond the field's range"},
        {"{\"boolValue\": 1}",
         "bool_value, line 1, column 15: expected true or false, found a number"},
        {"{\"boolValue\": tru}", "bool_value, line 1, column 15: not JSON"},
        {"{\"boolValue\": truest}",
         "bool_value, line 1, column 15: neither a number nor true, false or null"},
        {"{\"enumValue\": \"leaf\"}", "enum_value, line 1, column 15: Kind has no value \"leaf\""},
        {"{\"enumValue\": 1.5}",
         "enum_value, line 1, column 15: expected a whole number from -2147483648 to 2147483647, "
         "found 1.5"},
        {"{\"stringValue\": 1}",
         "string_value, line 1, column 17: expected a string, found a number"},
        {"{\"stringValue\": \"a", "string_value, line 1, column 17: a string without an end"},
        {"{\"stringValue\": \"a\nb\"}",
         "string_value, line 1, column 19: a control character in a string"},
        {"{\"stringValue\": \"\\x\"}",
         "string_value, line 1, column 18: an escape that JSON does not have"},
        {"{\"stringValue\": \"\\",
         "string_value, line 1, column 18: an escape that JSON does not have"},
        {"{\"stringValue\": \"\\u12\"}",
         "string_value, line 1, column 18: \\u needs four hexadecimal digits"},
        {"{\"any\": {\"@type\": \"t/of.Somebody\", \"value\": \"AQID\"}}",
         "any, line 1, column 19: no type that is known here has the URL \"t/of.Somebody\""},
        {"{\"any\": {\"@type\": \"google.rpc.ErrorInfo\"}}",
         "any, line 1, column 19: no type that is known here has the URL \"google.rpc.ErrorInfo\""},
        {"{\"any\": {\"@type\": \"\", \"value\": \"\"}}",
         "any, line 1, column 19: no type that is known here has the URL \"\""},
        {"{\"stringValue\": \"\\ud800\"}",
         "string_value, line 1, column 24: half of a surrogate pair"},
        {"{\"stringValue\": \"\\udc00\\ud800\"}",
         "string_value, line 1, column 24: half of a surrogate pair"},
        {"{\"stringValue\": \"\xFF\"}", "not UTF-8 at byte 17"},
        {"{\"bytesValue\": \"A\"}", "bytes_value, line 1, column 16: not base64"},
        {"{\"bytesValue\": \"AQ=\"}", "bytes_value, line 1, column 16: not base64"},
        {"{\"bytesValue\": \"A Q\"}", "bytes_value, line 1, column 16: not base64"},
        {"{\"bytesValue\": \"====\"}", "bytes_value, line 1, column 16: not base64"},
        {"{\"nothing\": 1}", "line 1, column 2: Everything has no field \"nothing\""},
        {"{\"int32Value\": 1, \"int32_value\": 1}",
         "int32_value, line 1, column 19: the field stands here twice"},
        {"{\"messageValue\": []}",
         "message_value, line 1, column 18: expected an object, found an array"},
        {"{\"messageValue\": {\"number\": 1, \"text\": \"\"}}",
         "message_value.text, line 1, column 40: another member of the same oneof is set"},
        {"{\"messageValue\": {\"children\": [{}, {\"children\": [{\"label\": 1}]}]}}",
         "message_value.children[1].children[0].label, line 1, column 60: expected a string, found "
         "a number"},
        {"{\"int32List\": 1}", "int32_list, line 1, column 15: expected an array, found a number"},
        {"{\"int32List\": [1, null]}", "int32_list[1], line 1, column 19: a list cannot hold null"},
        {"{\"int32List\": [1 2]}",
         "int32_list[1], line 1, column 18: expected ',' or ']', found a number"},
        {"{\"int32List\": [1,]}", "int32_list[1], line 1, column 18: expected a number, found ']'"},
        {"{\"counts\": {\"a\": 1, \"\\u0061\": 2}}",
         "counts, line 1, column 32: a key stands in the map twice"},
        {"{\"counts\": {\"가나\": \n \"x\"}}",
         "counts[\"가나\"], line 2, column 2: expected a number, found a string that holds none"},
        {"{\"nodes\": {\"x\": {}}}",
         "nodes[\"x\"], line 1, column 12: expected a number, found a string that holds none"},
        {"{\"nodes\": {\"1\": null}}", "nodes[\"1\"], line 1, column 17: a map cannot hold null"},
        {"{\"timestamp\": \"2020-02-30T00:00:00Z\"}",
         "timestamp, line 1, column 15: expected an instant such as \"2020-03-31T09:00:00Z\""},
        {"{\"timestamp\": \"2020-02-20T00:00:00\"}",
         "timestamp, line 1, column 15: expected an instant such as \"2020-03-31T09:00:00Z\""},
        {"{\"timestamp\": \"0001-01-01T00:00:00+09:00\"}",
         "timestamp, line 1, column 15: expected an instant such as \"2020-03-31T09:00:00Z\""},
        {"{\"timestamp\": 0}", "timestamp, line 1, column 15: expected a string, found a number"},
        {"{\"duration\": \"1\"}",
         "duration, line 1, column 14: expected a duration such as \"1.5s\""},
        {"{\"duration\": \"1.0000000000s\"}",
         "duration, line 1, column 14: expected a duration such as \"1.5s\""},
        {"{\"duration\": \"315576000001s\"}",
         "duration, line 1, column 14: expected a duration such as \"1.5s\""},
        {"{\"mask\": \"page_size\"}",
         "mask, line 1, column 10: the paths of a mask are in lowerCamelCase"},
        {"{\"any\": {\"value\": 1}}", "any, line 1, column 9: an Any needs its \"@type\""},
        {"{\"any\": {\"@type\": 1}}",
         "any, line 1, column 19: expected the type's URL, found a number"},
        {"{\"any\": {\"@type\": \"t/google.rpc.ErrorInfo\", \"x\": 1}}",
         "any, line 1, column 45: ErrorInfo has no field \"x\""},
    };
    struct arena arena;
    struct buffer out;
    arena_init(&arena, ARENA_BYTES);
    buffer_init(&out, JSON_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct fault fault = {""};
        CU_ASSERT_EQUAL(rewrite(&arena, cases[i].json, &out, &fault), INVALID_ARGUMENT);
        CU_ASSERT_STRING_EQUAL(fault.message, cases[i].message);
        if (strcmp(fault.message, cases[i].message) != 0)
            printf("\n  %s\n  %s", cases[i].json, fault.message);
    }
    buffer_free(&out);
    arena_free(&arena);
}

static void ignores_unknown_fields_where_asked(void)
{
    static const struct {
        const char *json;
        enum status status;
    } cases[] = {
        {"{\"x\": {\"a\": [1, {\"b\": null}], \"c\": {}}, \"int32Value\": 7, \"y\": [[], \"\"]}",
         OK},
        {"{\"enumValue\": \"LATER\", \"int32Value\": 7}", OK},
        {"{\"enumList\": [\"LEAF\", \"LATER\"], \"int32Value\": 7}", OK},
        {"{\"x\": {\"a\": [1, }}", INVALID_ARGUMENT},
        {"{\"x\": [}]", INVALID_ARGUMENT},
        {"{\"x\": {1: 2}}", INVALID_ARGUMENT},
    };
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        ProtobufCMessage *message;
        enum status status = rpc_json_read(&arena, text_from(cases[i].json),
                                           &sample_everything_type, true, &message, NULL);
        CU_ASSERT_EQUAL(status, cases[i].status);
        if (status == OK) CU_ASSERT_EQUAL(((const sample_everything *)message)->int32_value, 7);
    }
    arena_free(&arena);
}

/* `{"only":{"only":…}}`, or nested arrays in a Value. */
static char *nest(struct arena *arena, const char *open, const char *close, size_t depth)
{
    size_t open_length = strlen(open), close_length = strlen(close);
    char *json = arena_alloc(arena, depth * (open_length + close_length) + 3);
    char *at = json;
    for (size_t i = 0; i < depth; i++, at += open_length)
        memcpy(at, open, open_length);
    memcpy(at, "{}", 2);
    at += 2;
    for (size_t i = 0; i < depth; i++, at += close_length)
        memcpy(at, close, close_length);
    *at = '\0';
    return json;
}

static void bounds_the_depth(void)
{
    static const struct {
        const char *open, *close;
        size_t depth;
        bool value, ignore_unknown;
        enum status status;
    } cases[] = {
        {"{\"only\":", "}", RPC_DEPTH_MAX, false, false, OK},
        {"{\"only\":", "}", RPC_DEPTH_MAX + 1, false, false, OUT_OF_RANGE},
        {"{\"children\":[", "]}", RPC_DEPTH_MAX, false, false, OK},
        {"{\"children\":[", "]}", RPC_DEPTH_MAX + 1, false, false, OUT_OF_RANGE},
        {"[", "]", 100000, true, false, OUT_OF_RANGE},
        {"{\"a\":", "}", 100000, true, false, OUT_OF_RANGE},
        {"{\"x\":", "}", 100000, false, true, OUT_OF_RANGE},
    };
    struct arena arena;
    struct buffer out;
    arena_init(&arena, ARENA_BYTES);
    buffer_init(&out, JSON_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char *json = nest(&arena, cases[i].open, cases[i].close, cases[i].depth);
        struct fault fault = {""};
        ProtobufCMessage *message;
        const struct rpc_message *type = cases[i].value ? &protobuf_value_type : &sample_node_type;
        enum status status =
            rpc_json_read(&arena, text_from(json), type, cases[i].ignore_unknown, &message, &fault);
        CU_ASSERT_EQUAL(status, cases[i].status);
        if (status == OK) status = rpc_json_write(message, &compact, &out);
        CU_ASSERT_EQUAL(status, cases[i].status);
        bool said = strstr(fault.message, "nested deeper than 100") != NULL;
        CU_ASSERT_EQUAL(said, cases[i].status != OK);
    }
    buffer_free(&out);
    arena_free(&arena);
}

static void writes_for_people(void)
{
    sample_node leaf = SAMPLE_NODE_INIT;
    sample_node *children[] = {&leaf};
    sample_node node = SAMPLE_NODE_INIT;
    char label[] = "a";
    node.label = label;
    node.children = children;
    node.n_children = 1;
    static const struct {
        struct rpc_json_style style;
        const char *json;
    } cases[] = {
        {{.indent = true}, "{\n  \"label\": \"a\",\n  \"children\": [\n    {}\n  ]\n}\n"},
        {{.default_values = true},
         "{\"label\":\"a\",\"kind\":\"KIND_UNSPECIFIED\",\"children\":[{\"label\":\"\",\"kind\":"
         "\"KIND_UNSPECIFIED\",\"children\":[]}]}"},
    };
    struct buffer out;
    buffer_init(&out, JSON_BYTES_MAX);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        buffer_clear(&out);
        CU_ASSERT_EQUAL(rpc_json_write(&node.base, &cases[i].style, &out), OK);
        CU_ASSERT_EQUAL(buffer_append(&out, "", 1), OK);
        CU_ASSERT_STRING_EQUAL((char *)out.bytes, cases[i].json);
    }
    buffer_free(&out);
}

static void says_what_it_cannot_write(void)
{
    sample_everything everything = SAMPLE_EVERYTHING_INIT;
    protobuf_timestamp timestamp = PROTOBUF_TIMESTAMP_INIT;
    timestamp.seconds = INT64_MAX;
    everything.timestamp = &timestamp;
    struct buffer out;
    buffer_init(&out, JSON_BYTES_MAX);
    CU_ASSERT_EQUAL(rpc_json_write(&everything.base, &compact, &out), OUT_OF_RANGE);
    timestamp.seconds = 0;
    timestamp.nanos = -1;
    CU_ASSERT_EQUAL(rpc_json_write(&everything.base, &compact, &out), OUT_OF_RANGE);
    timestamp.nanos = 0;
    CU_ASSERT_EQUAL(rpc_json_write(&everything.base, &compact, &out), OK);
    protobuf_field_mask mask = PROTOBUF_FIELD_MASK_INIT;
    everything.timestamp = NULL;
    everything.mask = &mask;
    char fine[] = "page_size.node2_a", upper[] = "pageSize", digit[] = "node_2", lines[] = "a__b";
    char end[] = "a_", comma[] = "a,b", quote[] = "a\"b";
    char *paths[] = {fine, upper, digit, lines, end, comma, quote};
    mask.n_paths = 1;
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        mask.paths = &paths[i];
        CU_ASSERT_EQUAL(rpc_json_write(&everything.base, &compact, &out),
                        paths[i] == fine ? OK : OUT_OF_RANGE);
    }
    /* A Value is any JSON, which has no infinity. */
    protobuf_value value = PROTOBUF_VALUE_INIT;
    everything.mask = NULL;
    everything.any_json = &value;
    value.kind_case = PROTOBUF_VALUE_KIND_CASE_NUMBER_VALUE;
    value.number_value = INFINITY;
    CU_ASSERT_EQUAL(rpc_json_write(&everything.base, &compact, &out), OUT_OF_RANGE);
    value.number_value = 1;
    CU_ASSERT_EQUAL(rpc_json_write(&everything.base, &compact, &out), OK);
    buffer_free(&out);
    struct buffer small;
    buffer_init(&small, 10);
    CU_ASSERT_EQUAL(rpc_json_write(&everything.base, &compact, &small), RESOURCE_EXHAUSTED);
    CU_ASSERT_EQUAL(small.length, 0);
    buffer_free(&small);
}

static void survives_failing_allocations(void)
{
    static const char json[] =
        "{\"stringValue\": \"a\\n\", \"bytesValue\": \"AQID\", \"int32List\": [1,2,3,4,5,6,7,8,9],"
        "\"counts\": {\"a\": 1, \"b\": 2}, \"structValue\": {\"a\": [1, \"x\"]}, \"mask\": \"a,b\","
        "\"any\": {\"@type\": \"t/google.rpc.ErrorInfo\", \"reason\": \"R\"},"
        "\"messageValue\": {\"children\": [{\"label\": \"x\"}], \"only\": {}}}";
    struct arena arena;
    struct buffer out;
    arena_init(&arena, ARENA_BYTES);
    int failed = 0, passed = 0;
    for (int nth = 1; nth < ALLOCATIONS_MAX; nth++) {
        arena_reset(&arena);
        buffer_init(&out, JSON_BYTES_MAX);
        (void)alloc_fail_at(nth);
        enum status status = rewrite(&arena, json, &out, NULL);
        (void)alloc_fail_at(0);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
        failed += status != OK;
        passed += status == OK;
        buffer_free(&out);
    }
    CU_ASSERT(failed > 30);
    CU_ASSERT(passed > 30);
    arena_free(&arena);
}

SUITE("rpc_json", {"reads and writes", reads_and_writes}, {"refuses bad JSON", refuses_bad_json},
      {"ignores unknown fields where asked", ignores_unknown_fields_where_asked},
      {"bounds the depth", bounds_the_depth}, {"writes for people", writes_for_people},
      {"says what it cannot write", says_what_it_cannot_write},
      {"survives failing allocations", survives_failing_allocations})
