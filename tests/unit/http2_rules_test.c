#include "http/http2_rules.h"

#include "support/suite.h"

/* What a field is by itself. */
static void tells_what_a_field_is(void)
{
    static const struct {
        const char *name, *value;
        enum http2_field expected;
    } rows[] = {
        {":method", "POST", HTTP2_FIELD_METHOD},
        {":method", "", HTTP2_FIELD_MALFORMED},
        {":method", "PO ST", HTTP2_FIELD_MALFORMED},
        {":scheme", "https", HTTP2_FIELD_SCHEME},
        {":scheme", "1https", HTTP2_FIELD_MALFORMED},
        {":scheme", "ht tp", HTTP2_FIELD_MALFORMED},
        {":path", "/a?b=%20", HTTP2_FIELD_PATH},
        {":path", "*", HTTP2_FIELD_PATH},
        {":path", "", HTTP2_FIELD_MALFORMED},
        {":path", "/a b", HTTP2_FIELD_MALFORMED},
        {":path", "/twelve-bytes\x7f", HTTP2_FIELD_MALFORMED},
        {":path", "/a\r\nb: c", HTTP2_FIELD_MALFORMED},
        {":authority", "[::1]:8440", HTTP2_FIELD_AUTHORITY},
        {":authority", "", HTTP2_FIELD_MALFORMED},
        {":authority", "a b", HTTP2_FIELD_MALFORMED},
        {":status", "200", HTTP2_FIELD_MALFORMED},
        {":protocol", "websocket", HTTP2_FIELD_MALFORMED},
        {":Method", "POST", HTTP2_FIELD_MALFORMED},
        {"", "a", HTTP2_FIELD_MALFORMED},
        {"te", "trailers", HTTP2_FIELD_PLAIN},
        {"te", "Trailers", HTTP2_FIELD_PLAIN},
        {"te", "trailers, deflate;q=0.5", HTTP2_FIELD_MALFORMED},
        {"te", "", HTTP2_FIELD_MALFORMED},
        {"host", "a.example", HTTP2_FIELD_HOST},
        {"host", "a b", HTTP2_FIELD_MALFORMED},
        {"connection", "close", HTTP2_FIELD_MALFORMED},
        {"keep-alive", "timeout=5", HTTP2_FIELD_MALFORMED},
        {"proxy-connection", "close", HTTP2_FIELD_MALFORMED},
        {"transfer-encoding", "chunked", HTTP2_FIELD_MALFORMED},
        {"upgrade", "h2c", HTTP2_FIELD_MALFORMED},
        {"content-length", "12", HTTP2_FIELD_LENGTH},
        {"content-length", "+12", HTTP2_FIELD_MALFORMED},
        {"content-length", "12,12", HTTP2_FIELD_MALFORMED},
        {"content-length", "", HTTP2_FIELD_MALFORMED},
        {"content-type", "application/grpc", HTTP2_FIELD_PLAIN},
        {"Content-type", "application/grpc", HTTP2_FIELD_MALFORMED},
        {"user-agent", "grpc\tc/1", HTTP2_FIELD_PLAIN},
        {"user-agent", " grpc", HTTP2_FIELD_IGNORED},
        {"user-agent", "grpc\t", HTTP2_FIELD_IGNORED},
        {"user-agent", "grpc\n", HTTP2_FIELD_IGNORED},
        {"traceparent", "\xEC\x86\x8C", HTTP2_FIELD_PLAIN},
        {"grpc-timeout", "", HTTP2_FIELD_PLAIN},
        {"grpc-accept-encoding", "gzip\x01", HTTP2_FIELD_IGNORED},
        {"x-any", "value", HTTP2_FIELD_PLAIN},
        {"x any", "value", HTTP2_FIELD_IGNORED},
        {"x-Any", "value", HTTP2_FIELD_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum http2_field field = http2_field_of(text_from(rows[i].name), text_from(rows[i].value));
        if (field != rows[i].expected) printf("%s: %s\n", rows[i].name, rows[i].value);
        CU_ASSERT_EQUAL(field, rows[i].expected);
    }
    /* A NUL ends no text here. */
    CU_ASSERT_EQUAL(http2_field_of(text_from("x-any"), (struct text){"a\0b", 3}),
                    HTTP2_FIELD_IGNORED);
    CU_ASSERT_EQUAL(http2_field_of(text_from(":path"), (struct text){"/\0b", 3}),
                    HTTP2_FIELD_MALFORMED);
}

/* A head: names and values by turns, and where it fails; "" is its end. */
enum { WORDS_MAX = 24 };

static void takes_heads_as_the_rules_say(void)
{
#define POST ":method", "POST", ":scheme", "http", ":path", "/a"
    static const struct {
        const char *words[WORDS_MAX];
        bool expected;
    } rows[] = {
        {{POST, ":authority", "a", "te", "trailers"}, true},
        {{POST, "host", "a"}, true},
        {{POST, ":authority", "a", "host", "a"}, true},
        {{POST}, false}, /* Nobody is asked. */
        {{":method", "POST", ":scheme", "http", ":authority", "a"}, false},
        {{":method", "POST", ":path", "/a", ":authority", "a"}, false},
        {{":scheme", "http", ":path", "/a", ":authority", "a"}, false},
        {{POST, ":authority", "a", ":path", "/b"}, false},
        {{POST, ":authority", "a", ":method", "GET"}, false},
        {{POST, "te", "trailers", ":authority", "a"}, false},
        {{POST, ":authority", "a", "content-length", "1", "content-length", "1"}, false},
        {{POST, ":authority", "a", "content-length", "18446744073709551615"}, true},
        {{POST, ":authority", "a", "content-length", "18446744073709551616"}, false},
        {{POST, ":authority", "a", "x", "1", "x", "2"}, true},
        {{":method", "OPTIONS", ":scheme", "http", ":path", "*", ":authority", "a"}, true},
        {{":method", "GET", ":scheme", "http", ":path", "*", ":authority", "a"}, false},
        {{":method", "GET", ":scheme", "http", ":path", "a", ":authority", "a"}, false},
        {{":method", "GET", ":scheme", "coap", ":path", "a", ":authority", "a"}, true},
        {{":method", "CONNECT", ":authority", "a:1"}, true},
        {{":method", "CONNECT", ":scheme", "http", ":path", "/", ":authority", "a:1"}, false},
        {{":method", "CONNECT"}, false},
    };
#undef POST
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http2_rules rules = {0};
        bool good = true;
        for (size_t word = 0; good && rows[i].words[word] != NULL; word += 2) {
            struct text value = text_from(rows[i].words[word + 1]);
            enum http2_field field = http2_field_of(text_from(rows[i].words[word]), value);
            good = http2_rules_field(&rules, field, value);
        }
        good = good && http2_rules_head_ends(&rules);
        if (good != rows[i].expected) printf("head %zu\n", i);
        CU_ASSERT_EQUAL(good, rows[i].expected);
    }
}

/* Of a request whose head has come. */
static struct http2_rules after_head(const char *length)
{
    struct http2_rules rules = {0};
    bool good = http2_rules_field(&rules, HTTP2_FIELD_METHOD, text_from("POST")) &&
                http2_rules_field(&rules, HTTP2_FIELD_SCHEME, text_from("http")) &&
                http2_rules_field(&rules, HTTP2_FIELD_PATH, text_from("/")) &&
                http2_rules_field(&rules, HTTP2_FIELD_HOST, text_from("a"));
    if (length != NULL) good &= http2_rules_field(&rules, HTTP2_FIELD_LENGTH, text_from(length));
    CU_ASSERT_TRUE(good && http2_rules_head_ends(&rules));
    return rules;
}

static void counts_the_body(void)
{
    struct http2_rules rules = after_head("5");
    CU_ASSERT_TRUE(http2_rules_receive(&rules, 2));
    CU_ASSERT_FALSE(http2_rules_end(&rules));
    CU_ASSERT_TRUE(http2_rules_receive(&rules, 3));
    CU_ASSERT_TRUE(http2_rules_end(&rules));
    CU_ASSERT_FALSE(http2_rules_receive(&rules, 1));
    rules = after_head(NULL);
    CU_ASSERT_TRUE(http2_rules_receive(&rules, 1000));
    CU_ASSERT_TRUE(http2_rules_end(&rules));
}

static void takes_no_pseudo_field_for_a_trailer(void)
{
    struct http2_rules rules = after_head(NULL);
    CU_ASSERT_TRUE(http2_rules_field(&rules, HTTP2_FIELD_PLAIN, text_from("a")));
    CU_ASSERT_FALSE(http2_rules_field(&rules, HTTP2_FIELD_AUTHORITY, text_from("a")));
    /* What is malformed stays so. */
    CU_ASSERT_FALSE(http2_rules_field(&rules, HTTP2_FIELD_PLAIN, text_from("a")));
}

SUITE("http2_rules", {"tells what a field is", tells_what_a_field_is},
      {"takes heads as the rules say", takes_heads_as_the_rules_say},
      {"counts the body", counts_the_body},
      {"takes no pseudo-field for a trailer", takes_no_pseudo_field_for_a_trailer})
