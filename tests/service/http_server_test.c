/* The server over real sockets: pipelining, limits, timeouts, the end of connections, draining. */
#include "http/http_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/http_echo.h"
#include "support/sockets.h"
#include "support/suite.h"

static char answer[SOCKET_ANSWER_BYTES];

static int count(const char *text, const char *part)
{
    int found = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        found++;
    return found;
}

static struct http_limits small_limits(void)
{
    struct http_limits limits = http_limits_default();
    limits.head_bytes_max = 1024;
    limits.fields_max = 10;
    limits.body_bytes_max = 1000;
    limits.connections_max = 4;
    limits.head_timeout_ms = 1000;
    limits.body_timeout_ms = 1000;
    limits.idle_timeout_ms = 2000;
    return limits;
}

/* What is sent in one piece, and what must be in the answer. */
static const struct {
    const char *request;
    const char *wanted[3];
} exchanges[] = {
    {"GET /a?b=c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
     {"HTTP/1.1 200 OK\r\n", "connection: close\r\n", "GET /a?b=c 0 of body"}},
    {"GET /a HTTP/1.0\r\n\r\n", {"HTTP/1.1 200 OK\r\n", "GET /a? 0 of body", NULL}},
    {"\r\nGET /a HTTP/1.0\r\n\r\n", {"HTTP/1.1 200 OK\r\n", NULL}},
    {"GET http://host:80/path?q HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
     {"GET /path?q 0 of body", NULL}},
    {"\x16\x03\x01\x02", {"HTTP/1.1 400 ", "connection: close\r\n", "this port speaks no TLS."}},
    {"HEAD /a HTTP/1.0\r\n\r\n", {"HTTP/1.1 200 OK\r\n", "content-length: 19\r\n\r\n", NULL}},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
     {"POST /? 5 of body", NULL}},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
     "5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n",
     {"POST /? 8 of body", NULL}},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
     {"HTTP/1.1 400 ", "chunked body", "connection: close"}},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
     "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
     {"HTTP/1.1 400 ", "both", NULL}},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n",
     {"HTTP/1.1 413 ", "too large", "connection: close"}},
    {"FROB / HTTP/1.1\r\nHost: a\r\n\r\n", {"HTTP/1.1 400 ", "method", NULL}},
    {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {"HTTP/1.1 400 ", "no path", NULL}},
    {"nonsense\r\n\r\n", {"HTTP/1.1 400 ", NULL}},
    {"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", {"HTTP/1.1 505 ", NULL}},
    {"GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
     "GET /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
     {"GET /1?", "GET /later?", NULL}},
};

static void answers_over_http1(void)
{
    struct http_limits limits = small_limits();
    struct http_echo *echo = http_echo_start(&limits);
    for (size_t i = 0; i < ARRAY_LENGTH(exchanges); i++) {
        CU_ASSERT(socket_exchange(http_echo_port(echo), exchanges[i].request, answer) > 0);
        for (size_t n = 0; n < 3 && exchanges[i].wanted[n] != NULL; n++) {
            CU_ASSERT_PTR_NOT_NULL(strstr(answer, exchanges[i].wanted[n]));
            if (strstr(answer, exchanges[i].wanted[n]) == NULL)
                (void)printf("%s\n-> %s\n", exchanges[i].request, answer);
        }
        CU_ASSERT_PTR_NULL(strstr(answer, "smuggled"));
    }
    http_echo_stop(echo);
}

static void takes_requests_byte_by_byte(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    int connection = socket_connect(http_echo_port(echo));
    const char *request =
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n0\r\n\r\nGET /y HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for (const char *at = request; *at != '\0'; at++) {
        CU_ASSERT_TRUE(socket_send(connection, at, 1));
        (void)usleep(200);
    }
    (void)socket_read_all(connection, answer);
    (void)close(connection);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "POST /x? 3 of body"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "GET /y? 0 of body"));
    http_echo_stop(echo);
}

static void answers_a_pipeline_in_order(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    enum { REQUESTS = 2000 };
    char *requests = malloc(REQUESTS * 64);
    size_t length = 0;
    for (int i = 0; i < REQUESTS; i++) {
        length += (size_t)sprintf(requests + length, "GET /%d HTTP/1.1\r\nHost: a\r\n%s\r\n", i,
                                  i == REQUESTS - 1 ? "Connection: close\r\n" : "");
    }
    int connection = socket_connect(http_echo_port(echo));
    CU_ASSERT_TRUE(socket_send(connection, requests, length));
    (void)socket_read_all(connection, answer);
    (void)close(connection);
    free(requests);
    const char *at = answer;
    for (int i = 0; i < REQUESTS && at != NULL; i++) {
        char wanted[32];
        (void)snprintf(wanted, sizeof wanted, "GET /%d? ", i);
        at = strstr(at, wanted);
    }
    CU_ASSERT_PTR_NOT_NULL(at);
    CU_ASSERT_EQUAL(count(answer, "HTTP/1.1 200 OK"), REQUESTS);
    http_echo_stop(echo);
}

/* A peer that asks for much and reads nothing is kept waiting, not served from memory. */
static void waits_for_a_slow_reader(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    int connection = socket_connect(http_echo_port(echo));
    enum { REQUESTS = 20 };
    for (int i = 0; i < REQUESTS; i++) {
        const char *request = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
        CU_ASSERT_TRUE(socket_send(connection, request, strlen(request)));
    }
    (void)usleep(200 * 1000);
    size_t wanted = (size_t)REQUESTS * HTTP_ECHO_LARGE_BYTES;
    size_t got = 0;
    while (got < wanted) {
        ssize_t length = read(connection, answer, sizeof answer);
        if (length <= 0) break;
        got += (size_t)length;
    }
    CU_ASSERT(got >= wanted);
    (void)close(connection);
    http_echo_stop(echo);
}

static void bounds_the_head(void)
{
    struct http_limits limits = small_limits();
    struct http_echo *echo = http_echo_start(&limits);
    char request[4096];
    (void)snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: a\r\nX: %01200d\r\n\r\n", 1);
    CU_ASSERT(socket_exchange(http_echo_port(echo), request, answer) > 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "HTTP/1.1 431 "));
    int connection = socket_connect(http_echo_port(echo)); /* One that never ends. */
    (void)memset(request, 'x', sizeof request);
    (void)socket_send(connection, request, sizeof request);
    (void)socket_read_all(connection, answer);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "HTTP/1.1 431 "));
    (void)close(connection);
    http_echo_stop(echo);
}

static const struct {
    const char *sent;
    const char *wanted; /* In the answer; NULL: the connection closes without one. */
} slow[] = {
    {"", NULL},
    {"PRI * HTTP", NULL},
    {"GET / HTTP/1.1\r\nHo", "HTTP/1.1 408 "},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhel", "HTTP/1.1 408 "},
    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nh", "HTTP/1.1 408 "},
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 "},
};

/* All at once, so that the test takes one timeout. */
static void ends_what_takes_too_long(void)
{
    struct http_limits limits = small_limits();
    limits.connections_max = ARRAY_LENGTH(slow);
    struct http_echo *echo = http_echo_start(&limits);
    int connections[ARRAY_LENGTH(slow)];
    int64_t before = clock_monotonic_ms();
    for (size_t i = 0; i < ARRAY_LENGTH(slow); i++) {
        connections[i] = socket_connect(http_echo_port(echo));
        (void)socket_send(connections[i], slow[i].sent, strlen(slow[i].sent));
    }
    for (size_t i = 0; i < ARRAY_LENGTH(slow); i++) {
        size_t length = socket_read_all(connections[i], answer);
        CU_ASSERT(clock_monotonic_ms() - before >= limits.head_timeout_ms);
        if (slow[i].wanted == NULL) {
            CU_ASSERT_EQUAL(length, 0);
        } else {
            CU_ASSERT_PTR_NOT_NULL(strstr(answer, slow[i].wanted));
        }
        (void)close(connections[i]);
    }
    http_echo_stop(echo);
}

static void asks_for_the_body(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    int connection = socket_connect(http_echo_port(echo));
    const char *head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n"
                       "Connection: close\r\n\r\n";
    CU_ASSERT_TRUE(socket_send(connection, head, strlen(head)));
    CU_ASSERT_TRUE(socket_read_until(connection, "HTTP/1.1 100 Continue\r\n\r\n", answer));
    CU_ASSERT_TRUE(socket_send(connection, "hello", 5));
    (void)socket_read_all(connection, answer);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "5 of body"));
    (void)close(connection);
    http_echo_stop(echo);
}

static void bounds_the_connections(void)
{
    struct http_limits limits = small_limits();
    limits.idle_timeout_ms = http_limits_default().idle_timeout_ms;
    limits.head_timeout_ms = http_limits_default().head_timeout_ms;
    struct http_echo *echo = http_echo_start(&limits);
    int connections[4];
    for (size_t i = 0; i < ARRAY_LENGTH(connections); i++) {
        const char *request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        connections[i] = socket_connect(http_echo_port(echo));
        CU_ASSERT_TRUE(socket_send(connections[i], request, strlen(request)));
        CU_ASSERT_TRUE(socket_read_until(connections[i], "of body", answer));
    }
    int more = socket_connect(http_echo_port(echo));
    CU_ASSERT_EQUAL(socket_read_all(more, answer), 0);
    (void)close(more);
    for (size_t i = 0; i < ARRAY_LENGTH(connections); i++)
        (void)close(connections[i]);
    http_echo_stop(echo);
}

static void finishes_calls_when_it_drains(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    int idle = socket_connect(http_echo_port(echo));
    const char *first = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    CU_ASSERT_TRUE(socket_send(idle, first, strlen(first)));
    CU_ASSERT_TRUE(socket_read_until(idle, "of body", answer));
    int busy = socket_connect(http_echo_port(echo));
    const char *later = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
                        "GET /later HTTP/1.1\r\nHost: a\r\n\r\n";
    CU_ASSERT_TRUE(socket_send(busy, later, strlen(later)));
    CU_ASSERT_TRUE(socket_read_until(busy, "of body", answer)); /* It has the second one too. */
    http_echo_drain(echo);
    CU_ASSERT_EQUAL(socket_read_all(idle, answer), 0);
    (void)socket_read_all(busy, answer);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "GET /later? 0 of body"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "connection: close"));
    int refused = socket_connect(http_echo_port(echo));
    CU_ASSERT_EQUAL(refused, -1);
    (void)close(idle);
    (void)close(busy);
    http_echo_stop(echo);
}

/* A client that goes away before its answer must not take the server with it. */
static void outlives_a_client_that_leaves(void)
{
    struct http_limits limits = http_limits_default();
    struct http_echo *echo = http_echo_start(&limits);
    for (int i = 0; i < 20; i++) {
        int connection = socket_connect(http_echo_port(echo));
        const char *later = "GET /later HTTP/1.1\r\nHost: a\r\n\r\n";
        CU_ASSERT_TRUE(socket_send(connection, later, strlen(later)));
        (void)close(connection);
    }
    (void)usleep(2 * HTTP_ECHO_LATER_MS * 1000);
    CU_ASSERT(socket_exchange(http_echo_port(echo), exchanges[0].request, answer) > 0);
    http_echo_stop(echo);
}

SUITE("http_server", {"answers over HTTP/1", answers_over_http1},
      {"takes requests byte by byte", takes_requests_byte_by_byte},
      {"answers a pipeline in order", answers_a_pipeline_in_order},
      {"waits for a slow reader", waits_for_a_slow_reader}, {"bounds the head", bounds_the_head},
      {"ends what takes too long", ends_what_takes_too_long},
      {"asks for the body", asks_for_the_body}, {"bounds the connections", bounds_the_connections},
      {"finishes calls when it drains", finishes_calls_when_it_drains},
      {"outlives a client that leaves", outlives_a_client_that_leaves})
