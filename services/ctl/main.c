/* sotong: the command-line client of the five services. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_peers.h"
#include "base/buffer.h"
#include "ctl.h"
#include "ctl_terminal.h"
#include "rpc/rpc_json.h"

struct command {
    const char *name;
    const char *usage;
    const char *summary;
    ctl_command *run;
    size_t arguments;    /* How many it takes besides options. */
    const char *options; /* Letters of the options that it takes. */
};

/* Letters of options[] below. */
static const struct command commands[] = {
    {"import", "import FILE [--id ID] [--as-of DATE]",
     "read a report: what was read, by kind and owner, and what was not", ctl_import, 1, "ia"},
    {"reports", "reports", "the imported reports", ctl_reports, 0, ""},
    {"tokens", "tokens --report ID [--search TEXT]", "every numeral of a report", ctl_tokens, 0,
     "rs"},
    {"tables", "tables [--report ID] [--owner SERVICE] [--search TEXT]",
     "the tables, cell for cell", ctl_tables, 0, "ros"},
    {"figures", "figures [--report ID] [--owner SERVICE] [--search TEXT]",
     "the figures with their subjects", ctl_figures, 0, "ros"},
    {"reconcile", "reconcile --report ID", "the contradictions, with their arithmetic",
     ctl_reconcile, 0, "r"},
    {"compose", "compose --as-of DATE [--format md|html|json] [--output FILE]",
     "the work report as of a date", ctl_compose, 0, "afw"},
    {"budget", "budget --as-of DATE", "the execution table (집행 현황)", ctl_budget, 0, "a"},
    {"call", "call METHOD [JSON]",
     "any RPC: sotong call budget.v1.BudgetService/GetLine '{\"name\":\"lines/…\"}'", ctl_call, 2,
     ""},
    {"status", "status", "who is up, which version, how much data", ctl_status, 0, ""},
};

static const struct option options[] = {
    {"id", required_argument, NULL, 'i'},
    {"as-of", required_argument, NULL, 'a'},
    {"report", required_argument, NULL, 'r'},
    {"owner", required_argument, NULL, 'o'},
    {"search", required_argument, NULL, 's'},
    {"format", required_argument, NULL, 'f'},
    {"output", required_argument, NULL, 'w'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

static void print_help(void)
{
    (void)printf("%ssotong%s: the data of a city's communication bureau\n\n",
                 terminal_style(STYLE_BOLD), terminal_style(STYLE_PLAIN));
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        (void)printf("  sotong %s\n      %s%s%s\n", commands[i].usage, terminal_style(STYLE_DIM),
                     commands[i].summary, terminal_style(STYLE_PLAIN));
    }
    (void)fputs(
        "\nOptions of every command\n"
        "  --json       the RPC's response as proto3 JSON, all pages\n"
        "  --help       this text\n"
        "  --version    the program's version\n"
        "\nEnvironment\n"
        "  SOTONG_PORT  the first of the five ports (8440)\n"
        "  SOTONG_PEERS where the services are, such as budget=http://127.0.0.1:8440,…\n"
        "\nExit codes\n"
        "  0 done   1 refused or failed   2 wrong command line   3 a service is not there\n",
        stdout);
}

enum ctl_exit ctl_usage(const char *format, ...)
{
    (void)fputs("sotong: ", stderr);
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputs("\nTry `sotong help`.\n", stderr);
    return CTL_USAGE;
}

struct rpc_options ctl_rpc(struct ctl *ctl, const char *peer)
{
    enum { TIMEOUT_MS = 120000 }; /* An import of the largest text on a slow machine. */
    return (struct rpc_options){
        .peer = peer, .timeout_ms = TIMEOUT_MS, .arena = &ctl->arena, .fault = &ctl->fault};
}

const char *ctl_peer_url(const struct ctl *ctl, const char *service)
{
    for (size_t i = 0; i < ctl->peer_count; i++) {
        if (strcmp(ctl->peers[i].service, service) == 0) return ctl->peers[i].url;
    }
    return NULL;
}

enum ctl_exit ctl_failed(struct ctl *ctl, enum status status)
{
    (void)fprintf(stderr, "sotong: %s%s%s\n", ctl->fault.message,
                  ctl->fault.message[0] == '\0' ? "" : " ", status_name(status));
    return status == UNAVAILABLE || status == DEADLINE_EXCEEDED ? CTL_UNREACHABLE : CTL_REFUSED;
}

enum ctl_exit ctl_print_json(struct ctl *ctl, const ProtobufCMessage *message)
{
    struct buffer out;
    buffer_init(&out, CTL_ARENA_BYTES_MAX);
    const struct rpc_json_style style = {.indent = true, .default_values = true};
    enum status status = rpc_json_write(message, &style, &out);
    if (status == OK) (void)fwrite(out.bytes, 1, out.length, stdout);
    buffer_free(&out);
    return status == OK ? CTL_DONE : ctl_failed(ctl, status);
}

/* The letter's value goes to its field. */
static const char **option_field(struct ctl_options *given, int letter)
{
    switch (letter) {
    case 'i':
        return &given->id;
    case 'a':
        return &given->as_of;
    case 'r':
        return &given->report;
    case 'o':
        return &given->owner;
    case 's':
        return &given->search;
    case 'f':
        return &given->format;
    case 'w':
        return &given->output;
    default:
        return NULL;
    }
}

static const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    }
    return NULL;
}

/* Connects to where the environment says, runs the command and cleans up. */
static enum ctl_exit command_run(const struct command *command, struct ctl *ctl,
                                 const struct ctl_options *given)
{
    arena_init(&ctl->arena, CTL_ARENA_BYTES_MAX);
    ctl->colour = terminal_is_one();
    enum status status = app_peers(&ctl->arena, ctl->peers, &ctl->peer_count, &ctl->fault);
    if (status != OK) return ctl_usage("%s", ctl->fault.message);
    const struct rpc_client_config config = {.peers = ctl->peers, .peer_count = ctl->peer_count};
    status = rpc_client_new(&config, &ctl->client);
    if (status != OK) return ctl_failed(ctl, status);
    enum ctl_exit code = command->run(ctl, given);
    rpc_client_free(ctl->client);
    arena_free(&ctl->arena);
    if (fflush(stdout) != 0) {
        (void)fprintf(stderr, "sotong: cannot write: %s\n", strerror(errno));
        code = CTL_REFUSED;
    }
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "help") == 0) {
        print_help();
        return argc < 2 ? CTL_USAGE : CTL_DONE;
    }
    struct ctl ctl = {.json = false};
    struct ctl_options given = {.id = NULL};
    const struct command *command = NULL;
    int letter;
    /* A leading '-' hands over arguments in their order, so that options may stand anywhere. */
    while ((letter = getopt_long(argc, argv, "-jh", options, NULL)) != -1) {
        if (letter == 'h') {
            print_help();
            return CTL_DONE;
        }
        if (letter == 'v') {
            (void)printf("sotong %s\n", SOTONG_VERSION);
            return CTL_DONE;
        }
        if (letter == '?') return ctl_usage("see the options of each command");
        if (letter == 'j') {
            ctl.json = true;
        } else if (letter == 1 && command == NULL) {
            command = command_find(optarg);
            if (command == NULL) return ctl_usage("there is no command %s", optarg);
        } else if (letter == 1) {
            if (given.argument_count == command->arguments) {
                return ctl_usage("%s: one argument too many: %s", command->name, optarg);
            }
            given.arguments[given.argument_count++] = optarg;
        } else {
            if (command != NULL && strchr(command->options, letter) == NULL) {
                return ctl_usage("%s does not take the option before %s; its form is: sotong %s",
                                 command->name, optarg, command->usage);
            }
            *option_field(&given, letter) = optarg;
        }
    }
    if (command == NULL) return ctl_usage("say which command");
    return command_run(command, &ctl, &given);
}
