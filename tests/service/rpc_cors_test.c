/* Cross-origin requests: who is told what. */
#include "rpc/server/rpc_cors.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "support/runtime_server.h"
#include "support/sockets.h"
#include "support/suite.h"

static char answer[SOCKET_ANSWER_BYTES];

static const struct {
    const char *origin;
    bool valid;
} origins[] = {
    {"https://console.example.kr", true},
    {"https://console.example.kr:8443", true},
    {"http://127.0.0.1:3000", true},
    {"http://[::1]:3000", true},
    {"http://[::1]", true},
    {"http://localhost", true},
    {"", false},
    {"*", false},
    {"null", false},
    {"console.example.kr", false},
    {"https://", false},
    {"https://:8443", false},
    {"https://console.example.kr/", false},
    {"https://console.example.kr:8443/", false},
    {"https://console.example.kr:443", false},
    {"http://console.example.kr:80", false},
    {"http://console.example.kr:443", true},
    {"https://console.example.kr:0", false},
    {"https://console.example.kr:65536", false},
    {"https://console.example.kr:", false},
    {"https://console.example.kr:x", false},
    {"https://Console.example.kr", false},
    {"https://user@console.example.kr", false},
    {"https://*.example.kr", false},
    {"ftp://console.example.kr", false},
    {"https://[::1", false},
};

static void judges_origins(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(origins); i++) {
        bool valid = rpc_cors_origin_valid(origins[i].origin);
        CU_ASSERT_EQUAL(valid, origins[i].valid);
        if (valid != origins[i].valid) (void)printf("\n  %s", origins[i].origin);
    }
}

#define SERVICE "/sotong.runtime.v1.RuntimeService/"
#define GOOD "Origin: https://console.example.kr\r\n"
#define OTHER "Origin: https://other.example.kr\r\n"
#define PREFLIGHT                                                                                  \
    "Access-Control-Request-Method: POST\r\n"                                                      \
    "Access-Control-Request-Headers: content-type,connect-protocol-version\r\n"
#define JSON "Content-Type: application/json\r\n"
#define ALLOWED "access-control-allow-origin: https://console.example.kr\r\n"
#define ANY "access-control-allow-origin"

enum { WORDS_MAX = 6 };

static const struct {
    const char *start; /* Request line and fields. */
    const char *body;  /* NULL: none */
    const char *wanted[WORDS_MAX];
    const char *unwanted[2];
} requests[] = {
    {"OPTIONS " SERVICE "GetRow HTTP/1.1\r\n" GOOD PREFLIGHT,
     NULL,
     {"HTTP/1.1 200 ", ALLOWED, "access-control-allow-methods: GET, POST\r\n",
      "connect-protocol-version", "access-control-max-age: 7200",
      "vary: origin, access-control-request-method, access-control-request-headers\r\n"},
     {"credentials"}},
    {"OPTIONS " SERVICE "None HTTP/1.1\r\n" GOOD PREFLIGHT, NULL, {"HTTP/1.1 200 ", ALLOWED}, {0}},
    {"OPTIONS " SERVICE "GetRow HTTP/1.1\r\n" OTHER PREFLIGHT,
     NULL,
     {"HTTP/1.1 200 ", "vary: origin"},
     {ANY, "allow-methods"}},
    {"OPTIONS " SERVICE "GetRow HTTP/1.1\r\nOrigin: null\r\n" PREFLIGHT,
     NULL,
     {"HTTP/1.1 200 "},
     {ANY}},
    {"OPTIONS " SERVICE "GetRow HTTP/1.1\r\n" PREFLIGHT, NULL, {"HTTP/1.1 200 "}, {ANY}},
    {"OPTIONS " SERVICE "GetRow HTTP/1.1\r\n" GOOD, NULL, {"HTTP/1.1 405 ", "allow: "}, {0}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\n" JSON GOOD,
     "{\"name\":\"x\"}",
     {"HTTP/1.1 404 ", ALLOWED, "vary: origin\r\n",
      "access-control-expose-headers: ", "grpc-status-details-bin", "there is no row x"},
     {"credentials"}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\n" JSON OTHER,
     "{\"name\":\"x\"}",
     {"HTTP/1.1 404 ", "vary: origin\r\n", "there is no row x"},
     {ANY}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\n" JSON,
     "{\"name\":\"x\"}",
     {"HTTP/1.1 404 ", "vary: origin\r\n"},
     {ANY}},
    {"POST " SERVICE "GetRow HTTP/1.1\r\nContent-Type: text/plain\r\n" GOOD,
     "{}",
     {"HTTP/1.1 415 ", ALLOWED},
     {0}},
    {"POST /nothing HTTP/1.1\r\n" JSON GOOD, "{}", {"HTTP/1.1 404 ", ALLOWED}, {0}},
    {"GET " SERVICE "GetRow?encoding=json&message=%7B%22name%22%3A%22x%22%7D HTTP/1.1\r\n" GOOD,
     NULL,
     {"HTTP/1.1 404 ", ALLOWED},
     {0}},
    {"GET / HTTP/1.1\r\n" GOOD, NULL, {"HTTP/1.1 200 ", ALLOWED}, {0}},
};

static void ask(struct runtime_server *server, const char *start, const char *body)
{
    char request[2048], length[64] = "";
    if (body != NULL)
        (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    (void)snprintf(request, sizeof request, "%sHost: a\r\nConnection: close\r\n%s\r\n%s", start,
                   length, body == NULL ? "" : body);
    (void)socket_exchange(runtime_server_port(server), request, answer);
}

static struct runtime_server *start(const char *const *allowed, size_t count)
{
    log_init("runtime", LOG_ERROR);
    struct rpc_server_config config = runtime_server_config();
    config.cors = (struct rpc_cors){allowed, count};
    return runtime_server_start(&config);
}

static void answers_by_origin(void)
{
    static const char *const allowed[] = {"http://localhost:3000", "https://console.example.kr"};
    struct runtime_server *server = start(allowed, ARRAY_LENGTH(allowed));
    for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
        ask(server, requests[i].start, requests[i].body);
        bool good = true;
        for (size_t n = 0; n < WORDS_MAX && requests[i].wanted[n] != NULL; n++)
            good = good && strstr(answer, requests[i].wanted[n]) != NULL;
        for (size_t n = 0; n < 2 && requests[i].unwanted[n] != NULL; n++)
            good = good && strstr(answer, requests[i].unwanted[n]) == NULL;
        CU_ASSERT_TRUE(good);
        if (!good) (void)printf("\n%s-> %s\n", requests[i].start, answer);
    }
    CU_ASSERT_EQUAL(runtime_server_stop(server), 0);
}

static void allows_all_without_credentials(void)
{
    static const char *const allowed[] = {"*"};
    struct runtime_server *server = start(allowed, 1);
    ask(server, "POST " SERVICE "GetRow HTTP/1.1\r\n" JSON OTHER, "{\"name\":\"x\"}");
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "access-control-allow-origin: *\r\n"));
    CU_ASSERT_PTR_NULL(strstr(answer, "credentials"));
    CU_ASSERT_EQUAL(runtime_server_stop(server), 0);
}

static void is_off_unless_configured(void)
{
    struct runtime_server *server = start(NULL, 0);
    ask(server, "POST " SERVICE "GetRow HTTP/1.1\r\n" JSON GOOD, "{\"name\":\"x\"}");
    CU_ASSERT_PTR_NULL(strstr(answer, "access-control"));
    CU_ASSERT_PTR_NULL(strstr(answer, "vary"));
    ask(server, "OPTIONS " SERVICE "GetRow HTTP/1.1\r\n" GOOD PREFLIGHT, NULL);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "HTTP/1.1 405 "));
    CU_ASSERT_EQUAL(runtime_server_stop(server), 0);
}

SUITE("rpc_cors", {"judges origins", judges_origins}, {"answers by origin", answers_by_origin},
      {"allows all without credentials", allows_all_without_credentials},
      {"is off unless configured", is_off_unless_configured})
