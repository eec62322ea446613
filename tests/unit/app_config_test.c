#include "app/app_limits.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

enum { WORDS_MAX = 8 };

/* What is said on the command line and in the environment, and what comes of it. */
static const struct {
    const char *words[WORDS_MAX];
    const char *port_variable;
    const char *data_variable;
    int port;
    const char *listen;
    const char *store;
    const char *refused; /* In the fault; NULL: accepted. */
} cases[] = {
    {{NULL}, NULL, NULL, 8441, "127.0.0.1", "data/petition.sqlite", NULL},
    {{"--port", "9000", NULL}, NULL, NULL, 9000, "127.0.0.1", "data/petition.sqlite", NULL},
    {{"--port=9000", NULL}, "7000", NULL, 9000, "127.0.0.1", "data/petition.sqlite", NULL},
    {{NULL}, "7000", NULL, 7001, "127.0.0.1", "data/petition.sqlite", NULL},
    {{NULL}, "", NULL, 8441, "127.0.0.1", "data/petition.sqlite", NULL},
    {{NULL}, NULL, "/x", 8441, "127.0.0.1", "/x/petition.sqlite", NULL},
    {{"--data", "/y", NULL}, NULL, "/x", 8441, "127.0.0.1", "/y/petition.sqlite", NULL},
    {{"--store", "/z/b.db", NULL}, NULL, "/x", 8441, "127.0.0.1", "/z/b.db", NULL},
    {{"--store=postgresql:///a", NULL}, NULL, NULL, 8441, "127.0.0.1", "postgresql:///a", NULL},
    {{"--store", "mysql://u:tiger@h/a", NULL}, NULL, NULL, 0, NULL, NULL, "begins with postgresql"},
    {{"--stroe=postgresql://u:tiger@h/a", NULL}, NULL, NULL, 0, NULL, NULL, "--stroe is no option"},
    {{"--workers", "0", NULL}, NULL, NULL, 0, NULL, NULL, "0 is not 1 to 64"},
    {{"--workers", "65", NULL}, NULL, NULL, 0, NULL, NULL, "65 is not 1 to 64"},
    {{"--workers", "many", NULL}, NULL, NULL, 0, NULL, NULL, "many is not 1 to 64"},
    {{"--workers=64", NULL}, NULL, NULL, 8441, "127.0.0.1", NULL, NULL},
    {{"--listen", "::1", NULL}, NULL, NULL, 8441, "::1", "data/petition.sqlite", NULL},
    {{"--port", "0", NULL}, NULL, NULL, 0, "127.0.0.1", "data/petition.sqlite", NULL},
    {{"--port", "65536", NULL}, NULL, NULL, 0, NULL, NULL, "--port: 65536 is no port"},
    {{"--port", "-1", NULL}, NULL, NULL, 0, NULL, NULL, "--port: -1 is no port"},
    {{"--port", "12a", NULL}, NULL, NULL, 0, NULL, NULL, "--port: 12a is no port"},
    {{"--port", "", NULL}, NULL, NULL, 0, NULL, NULL, "--port needs a value"},
    {{"--port", NULL}, NULL, NULL, 0, NULL, NULL, "--port needs a value"},
    {{"--port=", NULL}, NULL, NULL, 0, NULL, NULL, "--port needs a value"},
    {{"--por", "1", NULL}, NULL, NULL, 0, NULL, NULL, "--por is no option"},
    {{"8441", NULL}, NULL, NULL, 0, NULL, NULL, "8441 is no option"},
    {{"--listen", "localhost", NULL}, NULL, NULL, 0, NULL, NULL, "localhost is no IP address"},
    {{"--log-level", "5", NULL}, NULL, NULL, 0, NULL, NULL, "--log-level (SOTONG_LOG): 5"},
    {{"--log-format", "xml", NULL}, NULL, NULL, 0, NULL, NULL, "xml is none of json, text"},
    {{"--log-calls", "some", NULL}, NULL, NULL, 0, NULL, NULL, "some is none of all, failed, none"},
    {{"--otlp-endpoint", "127.0.0.1:4318", NULL}, NULL, NULL, 0, NULL, NULL, "--otlp-endpoint"},
    {{"--otlp-endpoint", "http:///x", NULL}, NULL, NULL, 0, NULL, NULL, "--otlp-endpoint"},
    {{"--otlp-endpoint", "http://c/x?y", NULL}, NULL, NULL, 0, NULL, NULL, "--otlp-endpoint"},
    {{"--trace-ratio", "1.1", NULL}, NULL, NULL, 0, NULL, NULL, "1.1 is not 0 to 1"},
    {{"--trace-ratio", "0.", NULL}, NULL, NULL, 0, NULL, NULL, "0. is not 0 to 1"},
    {{"--trace-ratio", "0.0000001", NULL}, NULL, NULL, 0, NULL, NULL, "is not 0 to 1"},
    {{"--trace-ratio", "01", NULL}, NULL, NULL, 0, NULL, NULL, "01 is not 0 to 1"},
    {{"--trace-ratio", ".5", NULL}, NULL, NULL, 0, NULL, NULL, ".5 is not 0 to 1"},
    {{"--trace-ratio", "-0", NULL}, NULL, NULL, 0, NULL, NULL, "-0 is not 0 to 1"},
    {{"--cors-origins", "https://a.kr,http://b", NULL}, NULL, NULL, 8441, NULL, NULL, NULL},
    {{"--cors-origins", "*", NULL}, NULL, NULL, 8441, NULL, NULL, NULL},
    {{"--cors-origins", "*,https://a.kr", NULL}, NULL, NULL, 0, NULL, NULL, "* stands alone"},
    {{"--cors-origins", "https://a.kr/", NULL}, NULL, NULL, 0, NULL, NULL, "not https://a.kr/"},
    {{"--reflection", "yes", NULL}, NULL, NULL, 0, NULL, NULL, "yes is none of off, on"},
    {{"--limit", "connections-max=7", "--limit=connections-max=8", NULL},
     NULL,
     NULL,
     8441,
     "127.0.0.1",
     "data/petition.sqlite",
     NULL},
    {{"--limit", NULL}, NULL, NULL, 0, NULL, NULL, "--limit needs a value"},
    {{"--limit", "connections-max", NULL}, NULL, NULL, 0, NULL, NULL, "is written"},
    {{"--limit", "connections-max=x", NULL}, NULL, NULL, 0, NULL, NULL, "whole number from 1 to"},
    {{"--limit", "connections-max=0", NULL}, NULL, NULL, 0, NULL, NULL, "whole number from 1 to"},
    {{"--limit", "nothing=1", NULL}, NULL, NULL, 0, NULL, NULL, "there is no limit nothing"},
    {{"--tls-key", "k", NULL}, NULL, NULL, 0, NULL, NULL, "go together"},
    {{"--tls-certificate", "c", NULL}, NULL, NULL, 0, NULL, NULL, "go together"},
    {{"--tls-client-ca", "c", NULL}, NULL, NULL, 0, NULL, NULL, "needs --tls-certificate"},
    {{"--peer-key", "k", NULL}, NULL, NULL, 0, NULL, NULL, "go together"},
    {{"--tls-plain", "maybe", NULL}, NULL, NULL, 0, NULL, NULL, "maybe is none of off, on"},
    {{"--peers", "budget", NULL}, NULL, NULL, 0, NULL, NULL, "--peers (SOTONG_PEERS)"},
    {{NULL}, "x", NULL, 0, NULL, NULL, "SOTONG_PORT: x is no port"},
    {{NULL}, "65535", NULL, 0, NULL, NULL, "SOTONG_PORT: counted from 65535"},
};

/* The case under test; what app_environment has no argument for. */
static size_t current;

static const char *environment(const char *name)
{
    if (strcmp(name, "SOTONG_PORT") == 0) return cases[current].port_variable;
    if (strcmp(name, "SOTONG_DATA") == 0) return cases[current].data_variable;
    return NULL;
}

static enum status read_case(struct arena *arena, int default_port, struct app_config *config,
                             struct fault *fault)
{
    char words[WORDS_MAX][32] = {"petition"};
    char *values[WORDS_MAX] = {words[0]};
    int count = 1;
    for (size_t i = 0; cases[current].words[i] != NULL; i++) {
        values[count] = words[count];
        (void)snprintf(words[count++], sizeof words[0], "%s", cases[current].words[i]);
    }
    const struct app_arguments arguments = {count, values, environment};
    enum status status =
        app_config_read(arena, "petition", default_port, &arguments, config, fault);
    if (status == OK) {
        CU_ASSERT_EQUAL(config->port, cases[current].port);
        if (cases[current].listen != NULL)
            CU_ASSERT_STRING_EQUAL(config->listen, cases[current].listen);
        if (cases[current].store != NULL)
            CU_ASSERT_STRING_EQUAL(config->store, cases[current].store);
    }
    return status;
}

static void reads_options_and_variables(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    for (current = 0; current < ARRAY_LENGTH(cases); current++) {
        struct app_config config;
        struct fault fault = {.message = ""};
        enum status status = read_case(&arena, 8441, &config, &fault);
        CU_ASSERT_EQUAL(status, cases[current].refused == NULL ? OK : INVALID_ARGUMENT);
        if (cases[current].refused == NULL) continue;
        bool said = strstr(fault.message, cases[current].refused) != NULL;
        CU_ASSERT_TRUE(said);
        if (!said) (void)printf("%s\n", fault.message);
    }
    arena_free(&arena);
}

static void needs_a_port_where_there_is_no_default(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct app_config config;
    struct fault fault;
    current = 0;
    CU_ASSERT_EQUAL(read_case(&arena, -1, &config, &fault), INVALID_ARGUMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "--port is needed"));
    arena_free(&arena);
}

static const char *nothing(const char *name)
{
    (void)name;
    return NULL;
}

static void keeps_peers_and_facts(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    char words[][64] = {"budget", "--facts=/f", "--log-level=debug", "--peers",
                        "petition=http://10.0.0.2:80/"};
    char *values[] = {words[0], words[1], words[2], words[3], words[4]};
    const struct app_arguments arguments = {5, values, nothing};
    struct app_config config;
    struct fault fault;
    CU_ASSERT_EQUAL(app_config_read(&arena, "budget", 8440, &arguments, &config, &fault), OK);
    CU_ASSERT_STRING_EQUAL(config.facts, "/f");
    CU_ASSERT_EQUAL(config.log_level, LOG_DEBUG);
    bool found = false;
    for (size_t i = 0; i < config.peer_count; i++) {
        if (strcmp(config.peers[i].service, "petition") == 0)
            found = strcmp(config.peers[i].url, "http://10.0.0.2:80") == 0;
    }
    CU_ASSERT_TRUE(found);
    CU_ASSERT(config.peer_count >= 5);
    arena_free(&arena);
}

static const char *limits_variable(const char *name)
{
    return strcmp(name, "SOTONG_LIMITS") == 0 ? "streams-max=5,fields-max=6,pings-max=7" : NULL;
}

/* The variable first, then the options from left to right; all others keep their defaults. */
static void sets_limits(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 18);
    char words[][40] = {"budget", "--limit", "fields-max=8", "--limit=pings-max=9,pings-max=10"};
    char *values[] = {words[0], words[1], words[2], words[3]};
    const struct app_arguments arguments = {4, values, limits_variable};
    struct app_config config;
    struct fault fault;
    CU_ASSERT_EQUAL(app_config_read(&arena, "budget", 8440, &arguments, &config, &fault), OK);
    CU_ASSERT_EQUAL(config.http.streams_max, 5);
    CU_ASSERT_EQUAL(config.http.fields_max, 8);
    CU_ASSERT_EQUAL(config.http.pings_max, 10);
    CU_ASSERT_EQUAL(config.http.head_timeout_ms, http_limits_default().head_timeout_ms);
    const char *help = app_limits_help(&arena);
    CU_ASSERT_PTR_NOT_NULL_FATAL(help);
    for (size_t i = 0; i < HTTP_LIMIT_COUNT; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(help, http_limit_infos[i].name));
    arena_free(&arena);
}

static void fails_without_memory(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    char word[] = "budget";
    char *values[] = {word};
    const struct app_arguments arguments = {1, values, nothing};
    struct app_config config;
    struct fault fault;
    enum status status = RESOURCE_EXHAUSTED;
    int nth = 1;
    for (; nth < 100 && status != OK; nth++) {
        (void)alloc_fail_at(nth);
        status = app_config_read(&arena, "budget", 8440, &arguments, &config, &fault);
        (void)alloc_fail_at(0);
        CU_ASSERT(status == OK || status == RESOURCE_EXHAUSTED);
    }
    CU_ASSERT_EQUAL(status, OK);
    CU_ASSERT(nth > 2);
    arena_free(&arena);
}

static void reads_ratios_exactly(void)
{
    static const struct {
        const char *said;
        uint32_t ppm;
    } ratios[] = {{"0", 0},        {"1", 1000000},       {"1.0", 1000000},
                  {"0.5", 500000}, {"0.25", 250000},     {"0.000001", 1},
                  {"0.1", 100000}, {"0.999999", 999999}, {"1.000000", 1000000}};
    for (size_t i = 0; i < ARRAY_LENGTH(ratios); i++) {
        struct arena arena;
        struct app_config config;
        struct fault fault;
        char ratio[32], name[] = "petition", option[] = "--trace-ratio";
        (void)snprintf(ratio, sizeof ratio, "%s", ratios[i].said);
        char *values[] = {name, option, ratio};
        const struct app_arguments arguments = {3, values, nothing};
        arena_init(&arena, 1 << 16);
        CU_ASSERT_EQUAL(app_config_read(&arena, name, 8441, &arguments, &config, &fault), OK);
        CU_ASSERT_EQUAL(config.trace_ppm, ratios[i].ppm);
        CU_ASSERT_PTR_NULL(config.otlp_endpoint);
        arena_free(&arena);
    }
}

SUITE("app_config", {"reads ratios exactly", reads_ratios_exactly},
      {"reads options and variables", reads_options_and_variables},
      {"needs a port where there is no default", needs_a_port_where_there_is_no_default},
      {"keeps peers and facts", keeps_peers_and_facts}, {"sets limits", sets_limits},
      {"fails without memory", fails_without_memory})
