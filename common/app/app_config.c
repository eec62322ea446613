#include "app/app_config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app_limits.h"
#include "db/db.h"
#include "rpc/rpc_otlp.h"
#include "rpc/server/rpc_limits.h"
#include "rpc/server/rpc_tracer.h"
#include "service_list.h"

enum { PORT_MAX = 65535, WORDS_BYTES_MAX = 128 };

/* What was said, before it is understood. NULL: nothing. */
struct said {
    const char *listen;
    const char *port;
    const char *data;
    const char *store;
    const char *workers;
    const char *facts;
    const char *peers;
    const char *log;
    const char *log_format;
    const char *log_calls;
    const char *threads;
    const char *reflection;
    const char *tls_certificate;
    const char *tls_key;
    const char *tls_client_ca;
    const char *tls_plain;
    const char *peer_ca;
    const char *peer_certificate;
    const char *peer_key;
    const char *otlp;
    const char *ratio;
    const char *cors;
};

static const struct option {
    const char *name;
    const char *variable;
    size_t offset; /* In struct said. */
} options[] = {
    {"--listen", "SOTONG_LISTEN", offsetof(struct said, listen)},
    {"--port", NULL, offsetof(struct said, port)}, /* Its variable means something else. */
    {"--data", "SOTONG_DATA", offsetof(struct said, data)},
    {"--store", "SOTONG_STORE", offsetof(struct said, store)},
    {"--workers", "SOTONG_WORKERS", offsetof(struct said, workers)},
    {"--facts", "SOTONG_FACTS", offsetof(struct said, facts)},
    {"--peers", "SOTONG_PEERS", offsetof(struct said, peers)},
    {"--log-level", "SOTONG_LOG", offsetof(struct said, log)},
    {"--log-format", "SOTONG_LOG_FORMAT", offsetof(struct said, log_format)},
    {"--threads", "SOTONG_THREADS", offsetof(struct said, threads)},
    {"--log-calls", "SOTONG_LOG_CALLS", offsetof(struct said, log_calls)},
    {"--reflection", "SOTONG_REFLECTION", offsetof(struct said, reflection)},
    {"--tls-certificate", "SOTONG_TLS_CERTIFICATE", offsetof(struct said, tls_certificate)},
    {"--tls-key", "SOTONG_TLS_KEY", offsetof(struct said, tls_key)},
    {"--tls-client-ca", "SOTONG_TLS_CLIENT_CA", offsetof(struct said, tls_client_ca)},
    {"--tls-plain", "SOTONG_TLS_PLAIN", offsetof(struct said, tls_plain)},
    {"--peer-ca", "SOTONG_PEER_CA", offsetof(struct said, peer_ca)},
    {"--peer-certificate", "SOTONG_PEER_CERTIFICATE", offsetof(struct said, peer_certificate)},
    {"--peer-key", "SOTONG_PEER_KEY", offsetof(struct said, peer_key)},
    {"--otlp-endpoint", "SOTONG_OTLP", offsetof(struct said, otlp)},
    {"--trace-ratio", "SOTONG_TRACE_RATIO", offsetof(struct said, ratio)},
    {"--cors-origins", "SOTONG_CORS_ORIGINS", offsetof(struct said, cors)},
};

static const char **said_at(struct said *said, const struct option *option)
{
    return (const char **)(void *)((char *)said + option->offset);
}

/* `budget, petition, …`: every service, in the order of the ports. */
static const char *service_words(struct arena *arena)
{
    const char *words = service_names[0];
    for (int i = 1; i < SERVICE_COUNT; i++) {
        words = arena_printf(arena, "%s, %s", words, service_names[i]);
        if (words == NULL) return "";
    }
    return words;
}

const char *app_config_help(struct arena *arena, const char *name, int default_port)
{
    char port[32] = "no default";
    if (default_port >= 0) (void)snprintf(port, sizeof port, "%d", default_port);
    return arena_printf(
        arena,
        "Usage: %s [OPTION]…\n"
        "Serves the %s service of Sotong until SIGTERM or SIGINT.\n"
        "\n"
        "  --listen ADDRESS   IP address to listen on (127.0.0.1)       SOTONG_LISTEN\n"
        "  --port N           TCP port (%s)\n"
        "  --data DIR         directory of the store %s.sqlite (data)   SOTONG_DATA\n"
        "  --store STORE      a file in place of that one, or a database:\n"
        "                     postgresql://user@host:5432/database      SOTONG_STORE\n"
        "  --workers N        that read from a database at once (4)     SOTONG_WORKERS\n"
        "  --facts DIR        facts to load into an empty store         SOTONG_FACTS\n"
        "  --peers LIST       where the others are, such as\n"
        "                     budget=http://127.0.0.1:8440,petition=…   SOTONG_PEERS\n"
        "  --threads N        that serve connections (one a core)       SOTONG_THREADS\n"
        "  --log-level LEVEL  error, warning, info or debug (info)      SOTONG_LOG\n"
        "  --log-format WORD  json or text (text on a terminal)         SOTONG_LOG_FORMAT\n"
        "  --log-calls WORD   all, failed or none (all)                 SOTONG_LOG_CALLS\n"
        "  --reflection WORD  on or off (on where only loopback is\n"
        "                     listened on)                              SOTONG_REFLECTION\n"
        "  --tls-certificate FILE, --tls-key FILE\n"
        "                     PEM; TLS is spoken, and SIGHUP reads\n"
        "                     them again    SOTONG_TLS_CERTIFICATE, SOTONG_TLS_KEY\n"
        "  --tls-client-ca FILE\n"
        "                     PEM; clients show a certificate that\n"
        "                     leads to one of these                     SOTONG_TLS_CLIENT_CA\n"
        "  --tls-plain WORD   on or off (off): serve what is not TLS\n"
        "                     on the same port                          SOTONG_TLS_PLAIN\n"
        "  --peer-ca FILE     PEM; peers at https:// show a certificate\n"
        "                     that leads to one of these (the system's) SOTONG_PEER_CA\n"
        "  --peer-certificate FILE, --peer-key FILE\n"
        "                     PEM; what is shown to peers at https://\n"
        "                                   SOTONG_PEER_CERTIFICATE, SOTONG_PEER_KEY\n"
        "  --limit NAME=VALUE as often as needed; --limit help names\n"
        "                     all; SOTONG_LIMITS is NAME=VALUE,…        SOTONG_LIMITS\n"
        "  --otlp-endpoint URL  where traces go, such as\n"
        "                     http://127.0.0.1:4318 (nowhere)           SOTONG_OTLP\n"
        "  --trace-ratio N    of the traces that begin here, 0 to 1 (1) SOTONG_TRACE_RATIO\n"
        "  --cors-origins LIST  whose web pages may call, such as\n"
        "                     https://console.example.kr; or * (none)   SOTONG_CORS_ORIGINS\n"
        "  --help             this text\n"
        "  --version          the version\n"
        "\n"
        "The environment variables on the right say the same; an option wins. SOTONG_PORT is the\n"
        "port of the first service; the others count from it, in this order:\n"
        "%s.\n",
        name, name, port, name, service_words(arena));
}

static const struct option *option_find(const char *name, size_t length)
{
    for (size_t i = 0; i < ARRAY_LENGTH(options); i++) {
        if (strlen(options[i].name) == length && memcmp(options[i].name, name, length) == 0)
            return &options[i];
    }
    return NULL;
}

/* Takes `--name value` or `--name=value` at *index, which moves to the last word taken. */
static enum status option_take(const struct app_arguments *arguments, int *index, struct said *said,
                               struct fault *fault)
{
    const char *word = arguments->values[*index];
    size_t length = strcspn(word, "=");
    const struct option *option = option_find(word, length);
    if (option == NULL) {
        /* Without its value, which may be meant for --store and hold a password. */
        return fault_set(fault, INVALID_ARGUMENT, "%.*s is no option; see --help", (int)length,
                         word);
    }
    const char *value = word[length] == '=' ? word + length + 1 : NULL;
    if (value == NULL && *index + 1 < arguments->count) value = arguments->values[++*index];
    if (value == NULL || value[0] == '\0') {
        return fault_set(fault, INVALID_ARGUMENT, "%s needs a value; see --help", option->name);
    }
    *said_at(said, option) = value;
    return OK;
}

/* `--limit NAME=VALUE` or `--limit=NAME=VALUE` at *index; one that stands further right wins. */
static enum status limit_take(const struct app_arguments *arguments, int *index,
                              struct app_config *out, struct fault *fault)
{
    const char *value = arguments->values[*index] + strlen("--limit");
    if (*value == '=') value++;
    if (*value == '\0' && *index + 1 < arguments->count) value = arguments->values[++*index];
    if (*value == '\0') {
        return fault_set(fault, INVALID_ARGUMENT, "--limit needs a value; see --limit help");
    }
    out->limit_help |= strcmp(value, "help") == 0;
    return out->limit_help ? OK : app_limits_read(out, "--limit", value, fault);
}

static bool is_limit(const char *word)
{
    size_t length = strlen("--limit");
    return strncmp(word, "--limit", length) == 0 && (word[length] == '\0' || word[length] == '=');
}

static enum status words_read(const struct app_arguments *arguments, struct said *said,
                              struct app_config *out, struct fault *fault)
{
    for (int i = 1; i < arguments->count; i++) {
        if (strcmp(arguments->values[i], "--help") == 0) {
            out->help = true;
        } else if (strcmp(arguments->values[i], "--version") == 0) {
            out->version = true;
        } else if (is_limit(arguments->values[i])) {
            enum status status = limit_take(arguments, &i, out, fault);
            if (status != OK) return status;
        } else {
            enum status status = option_take(arguments, &i, said, fault);
            if (status != OK) return status;
        }
    }
    return OK;
}

static const char *variable(const struct app_arguments *arguments, const char *name)
{
    const char *value = arguments->environment(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

static void environment_read(const struct app_arguments *arguments, struct said *said)
{
    for (size_t i = 0; i < ARRAY_LENGTH(options); i++) {
        const char **value = said_at(said, &options[i]);
        if (*value == NULL && options[i].variable != NULL)
            *value = variable(arguments, options[i].variable);
    }
}

/* What the variable says, the options may say otherwise. */
static enum status limits_variable_read(const struct app_arguments *arguments,
                                        struct app_config *out, struct fault *fault)
{
    app_limits_reset(out);
    const char *list = variable(arguments, "SOTONG_LIMITS");
    return list == NULL ? OK : app_limits_read(out, "SOTONG_LIMITS", list, fault);
}

static enum status tls_read(const struct said *said, struct app_config *out, struct fault *fault)
{
    out->tls_certificate = said->tls_certificate;
    out->tls_key = said->tls_key;
    out->tls_client_ca = said->tls_client_ca;
    out->peer_tls = (struct rpc_client_tls){.ca_file = said->peer_ca,
                                            .certificate_file = said->peer_certificate,
                                            .key_file = said->peer_key};
    if ((said->peer_certificate == NULL) != (said->peer_key == NULL)) {
        return fault_set(fault, INVALID_ARGUMENT,
                         "--peer-certificate (SOTONG_PEER_CERTIFICATE) and --peer-key "
                         "(SOTONG_PEER_KEY) go together");
    }
    if ((out->tls_certificate == NULL) != (out->tls_key == NULL)) {
        return fault_set(fault, INVALID_ARGUMENT,
                         "--tls-certificate (SOTONG_TLS_CERTIFICATE) and --tls-key "
                         "(SOTONG_TLS_KEY) go together");
    }
    if (out->tls_certificate == NULL && out->tls_client_ca != NULL) {
        return fault_set(fault, INVALID_ARGUMENT,
                         "--tls-client-ca (SOTONG_TLS_CLIENT_CA) needs --tls-certificate");
    }
    return OK;
}

static enum status port_parse(const char *what, const char *string, int *port, struct fault *fault)
{
    char *end;
    long number = strtol(string, &end, 10);
    if (end == string || *end != '\0' || number < 0 || number > PORT_MAX) {
        return fault_set(fault, INVALID_ARGUMENT, "%s: %s is no port; 0 to %d", what, string,
                         PORT_MAX);
    }
    *port = (int)number;
    return OK;
}

/* SOTONG_PORT is the first of all services' ports, here as for the client. */
static enum status port_read(const struct app_arguments *arguments, const struct said *said,
                             int default_port, struct app_config *out, struct fault *fault)
{
    out->port = default_port;
    if (said->port != NULL) return port_parse("--port", said->port, &out->port, fault);
    const char *first = variable(arguments, "SOTONG_PORT");
    if (first == NULL && default_port >= 0) return OK;
    if (first == NULL) {
        return fault_set(fault, INVALID_ARGUMENT, "--port is needed: there is no default");
    }
    int number = 0;
    enum status status = port_parse("SOTONG_PORT", first, &number, fault);
    if (status != OK) return status;
    out->port = default_port < 0 ? number : number + (default_port - APP_PORT_FIRST);
    if (out->port >= 1 && out->port <= PORT_MAX) return OK;
    return fault_set(fault, INVALID_ARGUMENT, "SOTONG_PORT: counted from %s, the port is %d", first,
                     out->port);
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static enum status listen_read(const struct said *said, struct app_config *out, struct fault *fault)
{
    out->listen = said->listen == NULL ? "127.0.0.1" : said->listen;
    out->loopback = is_loopback(out->listen);
    unsigned char address[sizeof(struct in6_addr)];
    if (inet_pton(AF_INET, out->listen, address) == 1) return OK;
    if (inet_pton(AF_INET6, out->listen, address) == 1) return OK;
    return fault_set(fault, INVALID_ARGUMENT, "--listen (SOTONG_LISTEN): %s is no IP address",
                     out->listen);
}

/* An option whose value is one of a few words. */
struct choice {
    const char *option; /* "--log-level (SOTONG_LOG)" */
    const char *said;   /* NULL: nothing. */
    const char *const *words;
    size_t word_count;
};

/* The chosen word's place; `unsaid` where nothing was said. */
static enum status choice_read(const struct choice *choice, int unsaid, int *out,
                               struct fault *fault)
{
    *out = unsaid;
    if (choice->said == NULL) return OK;
    char words[WORDS_BYTES_MAX] = "";
    size_t length = 0;
    for (size_t i = 0; i < choice->word_count; i++) {
        *out = (int)i;
        if (strcmp(choice->said, choice->words[i]) == 0) return OK;
        length += (size_t)snprintf(words + length, sizeof words - length, "%s%s",
                                   i == 0 ? "" : ", ", choice->words[i]);
        assert(length < sizeof words);
    }
    return fault_set(fault, INVALID_ARGUMENT, "%s: %s is none of %s", choice->option, choice->said,
                     words);
}

static enum status choices_read(const struct said *said, struct app_config *out,
                                struct fault *fault)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    static const char *const formats[] = {"json", "text"};
    static const char *const calls[] = {"all", "failed", "none"};
    static const char *const switches[] = {"off", "on"};
    const struct {
        struct choice choice;
        int unsaid;
    } rows[] = {
        {{"--log-level (SOTONG_LOG)", said->log, levels, ARRAY_LENGTH(levels)}, LOG_INFO},
        {{"--log-format (SOTONG_LOG_FORMAT)", said->log_format, formats, ARRAY_LENGTH(formats)},
         isatty(STDERR_FILENO) ? LOG_FORMAT_TEXT : LOG_FORMAT_JSON},
        {{"--log-calls (SOTONG_LOG_CALLS)", said->log_calls, calls, ARRAY_LENGTH(calls)},
         RPC_LOG_CALLS_ALL},
        {{"--reflection (SOTONG_REFLECTION)", said->reflection, switches, ARRAY_LENGTH(switches)},
         out->loopback},
        {{"--tls-plain (SOTONG_TLS_PLAIN)", said->tls_plain, switches, ARRAY_LENGTH(switches)}, 0},
    };
    int chosen[ARRAY_LENGTH(rows)];
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        enum status status = choice_read(&rows[i].choice, rows[i].unsaid, &chosen[i], fault);
        if (status != OK) return status;
    }
    out->log_level = (enum log_level)chosen[0];
    out->log_format = (enum log_format)chosen[1];
    out->log_calls = (enum rpc_log_calls)chosen[2];
    out->reflection = chosen[3] == 1;
    out->tls_plain = chosen[4] == 1;
    return OK;
}

/* As many as the cores that this process may use, unless it is said. */
static enum status threads_read(const struct said *said, struct app_config *out,
                                struct fault *fault)
{
    if (said->threads == NULL) {
        cpu_set_t cores;
        int count = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
        out->threads = count < RPC_LOOPS_MAX ? count : RPC_LOOPS_MAX;
        return OK;
    }
    char *end;
    long number = strtol(said->threads, &end, 10);
    if (end == said->threads || *end != '\0' || number < 1 || number > RPC_LOOPS_MAX) {
        return fault_set(fault, INVALID_ARGUMENT, "--threads (SOTONG_THREADS): %s is not 1 to %d",
                         said->threads, RPC_LOOPS_MAX);
    }
    out->threads = (int)number;
    return OK;
}

static enum status workers_read(const struct said *said, struct app_config *out,
                                struct fault *fault)
{
    out->workers = RPC_READERS_NORMAL;
    if (said->workers == NULL) return OK;
    char *end;
    long number = strtol(said->workers, &end, 10);
    if (end == said->workers || *end != '\0' || number < 1 || number > RPC_READERS_MAX) {
        return fault_set(fault, INVALID_ARGUMENT, "--workers (SOTONG_WORKERS): %s is not 1 to %d",
                         said->workers, RPC_READERS_MAX);
    }
    out->workers = (int)number;
    return OK;
}

/* The message does not show the string, which may hold a password. */
static enum status store_read(struct arena *arena, const struct said *said, const char *name,
                              struct app_config *out, struct fault *fault)
{
    out->data = said->data == NULL ? "data" : said->data;
    out->store = said->store;
    if (out->store == NULL) {
        out->store = arena_printf(arena, "%s/%s.sqlite", out->data, name);
        return out->store == NULL ? fault_set(fault, RESOURCE_EXHAUSTED, "no memory") : OK;
    }
    out->store_said = true;
    if (strstr(out->store, "://") == NULL || db_is_remote(out->store)) return OK;
    return fault_set(fault, INVALID_ARGUMENT,
                     "--store (SOTONG_STORE): neither a file nor a database that begins with "
                     "postgresql://");
}

static enum status traces_read(const struct said *said, struct app_config *out, struct fault *fault)
{
    out->otlp_endpoint = said->otlp;
    out->trace_ppm = RPC_TRACE_PPM;
    if (said->otlp != NULL && !rpc_otlp_endpoint_valid(said->otlp)) {
        return fault_set(fault, INVALID_ARGUMENT,
                         "--otlp-endpoint (SOTONG_OTLP): %s is not written http://127.0.0.1:4318",
                         said->otlp);
    }
    if (said->ratio == NULL) return OK;
    /* 0, 1, or a fraction with up to six digits: exact in parts of a million. */
    uint32_t ppm = said->ratio[0] == '1' ? RPC_TRACE_PPM : 0;
    const char *digit = said->ratio + 1;
    bool good = said->ratio[0] == '0' || said->ratio[0] == '1';
    if (good && *digit == '.') digit++;
    for (uint32_t worth = RPC_TRACE_PPM / 10; good && worth > 0 && *digit != '\0'; worth /= 10) {
        good = *digit >= '0' && *digit <= '9' && digit > said->ratio + 1;
        ppm += good ? worth * (uint32_t)(*digit++ - '0') : 0;
    }
    out->trace_ppm = ppm;
    good = good && *digit == '\0' && digit[-1] != '.';
    if (good && ppm <= RPC_TRACE_PPM) return OK;
    return fault_set(fault, INVALID_ARGUMENT,
                     "--trace-ratio (SOTONG_TRACE_RATIO): %s is not 0 to 1 with up to six decimals",
                     said->ratio);
}

static enum status origins_read(struct arena *arena, const struct said *said,
                                struct app_config *out, struct fault *fault)
{
    for (const char *at = said->cors; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, ",");
        const char *origin = arena_copy(arena, at, length);
        if (origin == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
        at += length + (at[length] == ',');
        bool all = strcmp(origin, "*") == 0 && strcmp(said->cors, "*") == 0;
        if (!all && !rpc_cors_origin_valid(origin)) {
            return fault_set(fault, INVALID_ARGUMENT,
                             "--cors-origins (SOTONG_CORS_ORIGINS): an origin is written "
                             "https://console.example.kr:8443, not %s; * stands alone",
                             origin);
        }
        if (out->cors_origin_count == RPC_CORS_ORIGINS_MAX) {
            return fault_set(fault, INVALID_ARGUMENT,
                             "--cors-origins (SOTONG_CORS_ORIGINS): more than %d origins",
                             RPC_CORS_ORIGINS_MAX);
        }
        out->cors_origins[out->cors_origin_count++] = origin;
    }
    return OK;
}

static enum status peers_read(struct arena *arena, const struct said *said, struct app_config *out,
                              struct fault *fault)
{
    if (said->peers == NULL) return app_peers(arena, out->peers, &out->peer_count, fault);
    struct fault why;
    enum status status = app_peers_parse(arena, said->peers, out->peers, &out->peer_count, &why);
    if (status == OK) return OK;
    return fault_set(fault, status, "--peers (SOTONG_PEERS): %s", why.message);
}

enum status app_config_read(struct arena *arena, const char *name, int default_port,
                            const struct app_arguments *arguments, struct app_config *out,
                            struct fault *fault)
{
    struct said said = {NULL};
    *out = (struct app_config){.port = default_port};
    enum status status = limits_variable_read(arguments, out, fault);
    if (status == OK) status = words_read(arguments, &said, out, fault);
    if (status != OK || out->help || out->version || out->limit_help) return status;
    environment_read(arguments, &said);
    status = port_read(arguments, &said, default_port, out, fault);
    if (status == OK) status = listen_read(&said, out, fault);
    if (status == OK) status = tls_read(&said, out, fault);
    if (status == OK) status = choices_read(&said, out, fault);
    if (status == OK) status = threads_read(&said, out, fault);
    if (status == OK) status = workers_read(&said, out, fault);
    if (status == OK) status = store_read(arena, &said, name, out, fault);
    if (status == OK) status = traces_read(&said, out, fault);
    if (status == OK) status = origins_read(arena, &said, out, fault);
    if (status == OK) status = peers_read(arena, &said, out, fault);
    if (status != OK) return status;
    out->facts = said.facts;
    return OK;
}
