#include "http/http1_head.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

enum { FIELDS_MAX = 8 };

/* What two readers may disagree on is refused: the table of request smuggling. */
static const struct {
    const char *head;
    int status; /* 0: accepted */
    const char *reason;
} refused[] = {
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, NULL},
    {"GET / HTTP/1.0\r\n\r\n", 0, NULL},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", 0, NULL},
    {"POST / HTTP/1.1\r\nhost:a\r\ntransfer-encoding:  CHUNKED \r\n\r\n", 0, NULL},
    {"GET / HTTP/1.1\r\nHost: a\r\nX-Empty:\r\n\r\n", 0, NULL},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: tab\tin\r\n\r\n", 0, NULL},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: \xec\x84\x9c\r\n\r\n", 0, NULL},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
     "both"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400,
     "both"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400,
     "more than one content-length"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 400,
     "more than one content-length"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", 400, "not a number"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400, "not a number"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400, "not a number"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", 400, "not a number"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n", 400, "not a number"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400, "not a number"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999\r\n\r\n", 400,
     "up to 15 digits"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, "only"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 501, "only"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 501, "only"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
     "chunked\r\n\r\n",
     400, "more than one transfer-encoding"},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
     "identity\r\n\r\n",
     400, "more than one transfer-encoding"},
    {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "HTTP/1.0"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", 400, "not a token"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length\t: 5\r\n\r\n", 400, "not a token"},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent Length: 5\r\n\r\n", 400, "not a token"},
    {"GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n", 400, "not a token"},
    {"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400, "no colon"},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: one\r\n two\r\n\r\n", 400, "folded"},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: one\r\n\ttwo\r\n\r\n", 400, "folded"},
    {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "folded"},
    {"GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "CR LF"},
    {"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400, "CR LF"},
    {"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400, "CR LF"},
    {"GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", 400, "CR LF"},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", 400, "control"},
    {"GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", 400, "control"},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "more than one host"},
    {"GET / HTTP/1.1\r\n\r\n", 400, "no host"},
    {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505, "version"},
    {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "version"},
    {"GET / http/1.1\r\nHost: a\r\n\r\n", 505, "version"},
    {"INVALID CONNECTION PREFACE\r\n\r\n", 0, "not HTTP"},
    {"GET /\r\nHost: a\r\n\r\n", 400, "no version"},
    {"GET\r\n\r\n", 400, "no target"},
    {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "two spaces"},
    {"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400, "two spaces"},
    {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 505, "version"},
    {"GET /\t HTTP/1.1\r\nHost: a\r\n\r\n", 400, "not visible"},
    {"GET /\xec\x84\x9c HTTP/1.1\r\nHost: a\r\n\r\n", 400, "not visible"},
    {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "not a token"},
    {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "not a token"},
    {"GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417, "100-continue"},
    {"GET / HTTP/1.1\r\na:1\r\nb:1\r\nc:1\r\nd:1\r\ne:1\r\nf:1\r\ng:1\r\nhost:1\r\ni:1\r\n\r\n",
     431, "too many"},
};

static void refuses_what_smuggles(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
        struct http1_head head;
        struct http1_refusal refusal =
            http1_head_check(text_from(refused[i].head), FIELDS_MAX, &head);
        CU_ASSERT_EQUAL(refusal.status, refused[i].status);
        bool said = refused[i].reason == NULL
                        ? refusal.reason == NULL
                        : refusal.reason != NULL && strstr(refusal.reason, refused[i].reason);
        CU_ASSERT(said);
        if (!said) {
            (void)printf("%s\n-> %d %s\n", refused[i].head, refusal.status,
                         refusal.reason == NULL ? "accepted" : refusal.reason);
        }
    }
}

static void refuses_a_zero_byte(void)
{
    const char head[] = "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n";
    struct http1_head out;
    struct text text = {head, sizeof head - 1};
    CU_ASSERT_EQUAL(http1_head_check(text, FIELDS_MAX, &out).status, 400);
}

static void tells_how_the_body_is_framed(void)
{
    struct http1_head head;
    struct text text = text_from("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0123\r\n"
                                 "expect: 100-Continue\r\n\r\n");
    CU_ASSERT_EQUAL(http1_head_check(text, FIELDS_MAX, &head).status, 0);
    CU_ASSERT_EQUAL(head.content_length, 123);
    CU_ASSERT_TRUE(head.expects_continue);
    CU_ASSERT_FALSE(head.chunked);
    text = text_from("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
    CU_ASSERT_EQUAL(http1_head_check(text, FIELDS_MAX, &head).status, 0);
    CU_ASSERT_TRUE(head.chunked);
}

SUITE("http1_head", {"refuses what smuggles", refuses_what_smuggles},
      {"refuses a zero byte", refuses_a_zero_byte},
      {"tells how the body is framed", tells_how_the_body_is_framed})
