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
#include "ctl_budget.h"
#include "ctl_terminal.h"
#include "rpc/codec/rpc_json.h"

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
    {"compose", "compose --as-of DATE [--publisher NAME] [--format md|html|json] [--output FILE]",
     "the work report as of a date", ctl_compose, 0, "afpw"},
    {"budget", "budget --as-of DATE [--publisher NAME] | budget VERB …",
     "the execution table (집행 현황); the ledger's verbs: `sotong help budget`", ctl_budget, 0,
     "ap"},
    {"export", "export --as-of DATE [--format table|csv|fdp] [--publisher NAME] [--output PATH]",
     "the budget for others: the bureau's table, a spreadsheet, a Fiscal Data Package", ctl_export,
     0, "afpw"},
    {"watch", "watch [--after NUMBER]", "what changes in the budget ledger, as it happens",
     ctl_watch, 0, "n"},
    {"call", "call METHOD [JSON]",
     "any RPC: sotong call budget.v1.BudgetService/GetLine '{\"name\":\"lines/…\"}'", ctl_call, 2,
     ""},
    {"admin", "admin copy|backup|restore SERVICE FROM TO | admin digest SERVICE STORE",
     "a service's store as a whole: to another engine, to a file and back, its digests", ctl_admin,
     4, ""},
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
    {"publisher", required_argument, NULL, 'p'},
    {"after", required_argument, NULL, 'n'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

static void print_usage(const struct command *command)
{
    (void)printf("  sotong %s\n      %s%s%s\n", command->usage, terminal_style(STYLE_DIM),
                 command->summary, terminal_style(STYLE_PLAIN));
}

static void print_help(void)
{
    (void)printf("%ssotong%s: the data of a city's communication bureau\n\n",
                 terminal_style(STYLE_BOLD), terminal_style(STYLE_PLAIN));
    for (size_t i = 0; i < ARRAY_LENGTH(commands); i++)
        print_usage(&commands[i]);
    (void)fputs(
        "\nOptions of every command\n"
        "  --json       the RPC's response as proto3 JSON, all pages\n"
        "  --help       this text, or after a command that command's usage\n"
        "  --version    the program's version\n"
        "\nEnvironment\n"
        "  SOTONG_PORT  the first of the five ports (8440)\n"
        "  SOTONG_PEERS where the services are, such as budget=http://127.0.0.1:8440,…\n"
        "  SOTONG_PEER_CA, SOTONG_PEER_CERTIFICATE, SOTONG_PEER_KEY\n"
        "               PEM files for services at https://: whom to trust, what to show\n"
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
    enum { TIMEOUT_MS = 10000 };
    return (struct rpc_options){
        .peer = peer, .timeout_ms = TIMEOUT_MS, .arena = &ctl->arena, .fault = &ctl->fault};
}

struct rpc_options ctl_rpc_slow(struct ctl *ctl, const char *peer)
{
    enum { SLOW_TIMEOUT_MS = 120000 }; /* An import of the largest text on a slow machine. */
    struct rpc_options rpc = ctl_rpc(ctl, peer);
    rpc.timeout_ms = SLOW_TIMEOUT_MS;
    return rpc;
}

const char *ctl_peer_url(const struct ctl *ctl, const char *service)
{
    for (size_t i = 0; i < ctl->peer_count; i++) {
        if (strcmp(ctl->peers[i].service, service) == 0) return ctl->peers[i].url;
    }
    return NULL;
}

char *ctl_borrowed(const char *string)
{
    return (char *)(uintptr_t)(string == NULL ? "" : string);
}

enum ctl_exit ctl_failed(struct ctl *ctl, enum status status)
{
    (void)fprintf(stderr, "sotong: %s%s(%s)\n", ctl->fault.message,
                  ctl->fault.message[0] == '\0' ? "" : " ", status_name(status));
    return status == UNAVAILABLE || status == DEADLINE_EXCEEDED ? CTL_UNREACHABLE : CTL_REFUSED;
}

enum ctl_exit ctl_write_json(struct ctl *ctl, const ProtobufCMessage *message, FILE *file)
{
    struct buffer out;
    buffer_init(&out, CTL_ARENA_BYTES_MAX);
    const struct rpc_json_style style = {.indent = true, .default_values = true};
    enum status status = rpc_json_write(message, &style, &out);
    if (status == OK) (void)fwrite(out.bytes, 1, out.length, file);
    buffer_free(&out);
    return status == OK ? CTL_DONE : ctl_failed(ctl, status);
}

enum ctl_exit ctl_print_json(struct ctl *ctl, const ProtobufCMessage *message)
{
    return ctl_write_json(ctl, message, stdout);
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
    case 'p':
        return &given->publisher;
    case 'n':
        return &given->after;
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

/* Connects to where the environment says and runs the command; the arena is ready. */
static enum ctl_exit connected_run(const struct command *command, struct ctl *ctl,
                                   const struct ctl_options *given)
{
    enum status status = app_peers(&ctl->arena, ctl->peers, &ctl->peer_count, &ctl->fault);
    if (status != OK) return ctl_usage("%s", ctl->fault.message);
    const struct rpc_client_config config = {
        .peers = ctl->peers, .peer_count = ctl->peer_count, .tls = app_peers_tls()};
    status = rpc_client_new(&config, &ctl->client);
    if (status != OK) return ctl_failed(ctl, status);
    enum ctl_exit code = command->run(ctl, given);
    rpc_client_free(ctl->client);
    return code;
}

static enum ctl_exit command_run(const struct command *command, struct ctl *ctl,
                                 const struct ctl_options *given)
{
    arena_init(&ctl->arena, CTL_ARENA_BYTES_MAX);
    enum ctl_exit code = connected_run(command, ctl, given);
    arena_free(&ctl->arena);
    if (fflush(stdout) != 0) {
        (void)fprintf(stderr, "sotong: cannot write: %s\n", strerror(errno));
        code = CTL_REFUSED;
    }
    return code;
}

/* A command's usage, and what there is to say besides. */
static void print_long_help(const struct command *command)
{
    print_usage(command);
    if (command->run == ctl_budget) budget_print_help();
    if (command->run == ctl_admin) ctl_admin_print_help();
}

/* `sotong help`, `sotong help COMMAND`, `sotong help budget VERB`. */
static enum ctl_exit help_run(int argc, char **argv)
{
    if (argc < 3) {
        print_help();
        return CTL_DONE;
    }
    const struct command *command = command_find(argv[2]);
    if (command == NULL) return ctl_usage("there is no command %s", argv[2]);
    if (command->run == ctl_budget && argc > 3) return budget_print_verb(argv[3]);
    print_long_help(command);
    return CTL_DONE;
}

/* `sotong budget VERB …`, where `--json` may stand before: the index of the verb. 0: the line is
 * none of these. */
static int verb_find(int argc, char **argv)
{
    int at = 1;
    while (at < argc && (strcmp(argv[at], "--json") == 0 || strcmp(argv[at], "-j") == 0))
        at++;
    bool is_budget = at + 1 < argc && strcmp(argv[at], "budget") == 0;
    return is_budget && argv[at + 1][0] != '-' ? at + 1 : 0;
}

/* Runs `sotong budget VERB …`; `export` and `watch` are commands of their own. */
static enum ctl_exit verb_run(int argc, char **argv, int verb)
{
    struct ctl ctl = {.json = verb > 2};
    const struct ctl_options given = {.verb = argv + verb, .verb_count = argc - verb};
    return command_run(command_find("budget"), &ctl, &given);
}

/* What the command line says. */
struct line {
    const struct command *command;
    struct ctl_options given;
    char letters[ARRAY_LENGTH(options)]; /* Of the options that were given, each once. */
    bool json, help, version;
};

/* Takes one argument that is no option: the command, then what it works on. */
static enum ctl_exit argument_take(struct line *line, const char *argument)
{
    if (line->command == NULL) {
        line->command = command_find(argument);
        return line->command == NULL ? ctl_usage("there is no command %s", argument) : CTL_DONE;
    }
    if (line->given.argument_count == line->command->arguments) {
        return ctl_usage("%s: one argument too many: %s", line->command->name, argument);
    }
    line->given.arguments[line->given.argument_count++] = argument;
    return CTL_DONE;
}

static enum ctl_exit line_read(int argc, char **argv, struct line *line)
{
    int letter;
    /* A leading '-' hands over arguments in their order, so that options may stand anywhere. */
    while ((letter = getopt_long(argc, argv, "-jh", options, NULL)) != -1) {
        enum ctl_exit code = CTL_DONE;
        if (letter == 'h') {
            line->help = true;
        } else if (letter == 'v') {
            line->version = true;
        } else if (letter == 'j') {
            line->json = true;
        } else if (letter == '?') {
            code = ctl_usage("see the options of each command");
        } else if (letter == 1) {
            code = argument_take(line, optarg);
        } else {
            if (strchr(line->letters, letter) == NULL)
                line->letters[strlen(line->letters)] = (char)letter;
            *option_field(&line->given, letter) = optarg;
        }
        if (code != CTL_DONE) return code;
    }
    return CTL_DONE;
}

/* Refuses options that the command does not take, wherever they stood. */
static enum ctl_exit line_check(const struct line *line)
{
    for (const char *letter = line->letters; *letter != '\0'; letter++) {
        if (strchr(line->command->options, *letter) != NULL) continue;
        const struct option *option = options;
        while (option->val != *letter)
            option++;
        return ctl_usage("%s does not take the option --%s; its form is: sotong %s",
                         line->command->name, option->name, line->command->usage);
    }
    return CTL_DONE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help();
        return CTL_USAGE;
    }
    if (strcmp(argv[1], "help") == 0) return help_run(argc, argv);
    int verb = verb_find(argc, argv);
    bool is_alias =
        verb > 0 && (strcmp(argv[verb], "export") == 0 || strcmp(argv[verb], "watch") == 0);
    if (verb > 0 && !is_alias) return verb_run(argc, argv, verb);
    if (is_alias) {
        memmove(&argv[verb - 1], &argv[verb], (size_t)(argc - verb + 1) * sizeof *argv);
        argc--;
    }
    struct line line = {.command = NULL};
    enum ctl_exit code = line_read(argc, argv, &line);
    if (code != CTL_DONE) return code;
    if (line.version) {
        (void)printf("sotong %s\n", SOTONG_VERSION);
        return CTL_DONE;
    }
    if (line.help && line.command == NULL) {
        print_help();
        return CTL_DONE;
    }
    if (line.command == NULL) return ctl_usage("say which command");
    if (line.help) {
        print_long_help(line.command);
        return CTL_DONE;
    }
    code = line_check(&line);
    if (code != CTL_DONE) return code;
    struct ctl ctl = {.json = line.json};
    return command_run(line.command, &ctl, &line.given);
}
