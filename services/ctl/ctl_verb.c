#include "ctl_verb.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/id.h"
#include "ctl_terminal.h"
#include "rpc/codec/rpc_codec.h"

enum { PAGE_SIZE = 1000, OPTIONS_MAX = VERB_FIELDS_MAX + 8, USAGE_BYTES_MAX = 2048 };

/* Numbers of the options that every verb takes; those of its fields begin at OPTION_FIELD. */
enum { OPTION_JSON = 1000, OPTION_HELP, OPTION_REQUEST_ID, OPTION_LIMIT, OPTION_FIELD };

/* What a verb's command line says. */
struct words {
    const char *values[VERB_FIELDS_MAX]; /* By the verb's fields; NULL: not given. */
    const char *request_id;
    size_t limit; /* 0: none. */
    bool help;
};

static bool is_argument(const struct verb_field *field)
{
    return field->input == VERB_ARGUMENT || field->input == VERB_ARGUMENT_OPTIONAL;
}

static bool is_option(const struct verb_field *field)
{
    return !is_argument(field) && field->input != VERB_FIXED;
}

static size_t field_count(const struct verb *verb)
{
    size_t count = 0;
    while (count < VERB_FIELDS_MAX && verb->fields[count].word != NULL)
        count++;
    return count;
}

static void put_usage(const struct verb *verb, FILE *file)
{
    (void)fprintf(file, "sotong budget %s%s%s", verb->name, verb->usage == NULL ? "" : " ",
                  verb->usage == NULL ? "" : verb->usage);
    for (size_t i = 0; i < field_count(verb); i++) {
        const struct verb_field *field = &verb->fields[i];
        bool must = field->input == VERB_ARGUMENT || field->input == VERB_OPTION_REQUIRED;
        bool valued = is_option(field) && field->input != VERB_FLAG;
        if (field->input == VERB_FIXED) continue;
        (void)fprintf(file, " %s%s%s%s%s%s", must ? "" : "[", is_option(field) ? "--" : "",
                      field->word, valued ? " " : "",
                      !valued                ? ""
                      : field->value == NULL ? "TEXT"
                                             : field->value,
                      must ? "" : "]");
    }
}

void verb_print_usage(const struct verb *verb)
{
    (void)fputs("  ", stdout);
    put_usage(verb, stdout);
    (void)printf("\n      %s%s%s\n", terminal_style(STYLE_DIM), verb->summary,
                 terminal_style(STYLE_PLAIN));
}

static enum ctl_exit words_refuse(const struct verb *verb, const char *what, const char *word)
{
    (void)fprintf(stderr, "sotong: budget %s: %s%s; its form is: ", verb->name, what, word);
    put_usage(verb, stderr);
    (void)fputc('\n', stderr);
    return CTL_USAGE;
}

/* The options of the verb's fields and those of every verb. */
static void options_fill(const struct verb *verb, struct option options[static OPTIONS_MAX])
{
    size_t count = 0;
    options[count++] = (struct option){"json", no_argument, NULL, OPTION_JSON};
    options[count++] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    if (verb->writes)
        options[count++] =
            (struct option){"request-id", required_argument, NULL, OPTION_REQUEST_ID};
    if (verb->shown != NULL && !verb->writes)
        options[count++] = (struct option){"limit", required_argument, NULL, OPTION_LIMIT};
    for (size_t i = 0; i < field_count(verb); i++) {
        const struct verb_field *field = &verb->fields[i];
        if (!is_option(field)) continue;
        options[count++] = (struct option){
            field->word, field->input == VERB_FLAG ? no_argument : required_argument, NULL,
            OPTION_FIELD + (int)i};
    }
    options[count] = (struct option){NULL, 0, NULL, 0};
}

/* Takes an argument for the first of the verb's arguments that has none yet. */
static enum ctl_exit argument_take(const struct verb *verb, struct words *words,
                                   const char *argument)
{
    for (size_t i = 0; i < field_count(verb); i++) {
        if (!is_argument(&verb->fields[i]) || words->values[i] != NULL) continue;
        words->values[i] = argument;
        return CTL_DONE;
    }
    return words_refuse(verb, "one argument too many: ", argument);
}

static enum ctl_exit limit_take(const struct verb *verb, struct words *words, const char *text)
{
    char *end;
    unsigned long limit = strtoul(text, &end, 10);
    if (*end != '\0' || text[0] < '0' || text[0] > '9' || limit == 0)
        return words_refuse(verb, "--limit is a number from 1, not ", text);
    words->limit = limit;
    return CTL_DONE;
}

static enum ctl_exit words_read(struct ctl *ctl, const struct verb *verb, int argc, char **argv,
                                struct words *words)
{
    struct option options[OPTIONS_MAX];
    int letter;
    options_fill(verb, options);
    optind = 0; /* Begins anew: the line before the verb was read by another table. */
    opterr = 0;
    while ((letter = getopt_long(argc, argv, "-:jh", options, NULL)) != -1) {
        enum ctl_exit code = CTL_DONE;
        if (letter == OPTION_JSON || letter == 'j') {
            ctl->json = true;
        } else if (letter == OPTION_HELP || letter == 'h') {
            words->help = true;
        } else if (letter == OPTION_REQUEST_ID) {
            words->request_id = optarg;
        } else if (letter == OPTION_LIMIT) {
            code = limit_take(verb, words, optarg);
        } else if (letter >= OPTION_FIELD) {
            words->values[letter - OPTION_FIELD] = optarg == NULL ? "true" : optarg;
        } else if (letter == 1) {
            code = argument_take(verb, words, optarg);
        } else if (letter == ':') {
            code = words_refuse(verb, "a value is missing behind ", argv[optind - 1]);
        } else {
            code = words_refuse(verb, "there is no option ", argv[optind - 1]);
        }
        if (code != CTL_DONE) return code;
    }
    for (; optind < argc; optind++) { /* What stands behind `--`. */
        enum ctl_exit code = argument_take(verb, words, argv[optind]);
        if (code != CTL_DONE) return code;
    }
    return CTL_DONE;
}

/* The value of a field: as given, today, fixed; with its prefix. NULL: none. */
static const char *field_value(struct ctl *ctl, const struct verb_field *field, const char *given)
{
    if (field->input == VERB_FIXED) return field->word;
    if (given == NULL && field->input == VERB_TODAY) {
        char *today = arena_alloc(&ctl->arena, DATE_STRING_BYTES);
        if (today != NULL) date_format(date_from_instant(clock_now_ms()), today);
        return today;
    }
    if (given == NULL || field->prefix == NULL || strchr(given, '/') != NULL) return given;
    return arena_printf(&ctl->arena, "%s%s", field->prefix, given);
}

/* To the service a number that is 0 was not given: of one that may be left out, somebody who writes
 * 0 means something else. */
static bool means_nothing(const struct verb_field *field, const char *value)
{
    static const char *const numbers[] = {"_won", "_seconds", "_days"};
    if (field->input != VERB_ARGUMENT_OPTIONAL && field->input != VERB_OPTION) return false;
    if (value[0] == '\0' || value[strspn(value, "0")] != '\0') return false;
    struct text path = text_from(field->paths);
    bool number = false;
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
        number |= text_ends_with(path, text_from(numbers[i]));
    return number;
}

static enum ctl_exit request_fill(struct ctl *ctl, const struct verb *verb,
                                  const struct words *words, ProtobufCMessage *request)
{
    for (size_t i = 0; i < field_count(verb); i++) {
        const struct verb_field *field = &verb->fields[i];
        const char *value = field_value(ctl, field, words->values[i]);
        bool must = field->input == VERB_ARGUMENT || field->input == VERB_OPTION_REQUIRED;
        if (value == NULL && must)
            return words_refuse(verb, is_option(field) ? "say --" : "say ", field->word);
        if (value == NULL) continue;
        if (means_nothing(field, value))
            return ctl_usage("budget %s: %s%s: 0 is no value here; leave it out", verb->name,
                             is_option(field) ? "--" : "", field->word);
        if (message_set(&ctl->arena, request, field->paths, value, &ctl->fault) != OK)
            return ctl_usage("budget %s: %s%s: %s", verb->name, is_option(field) ? "--" : "",
                             field->word, ctl->fault.message);
    }
    return CTL_DONE;
}

static const struct rpc_method *method_of(const struct verb *verb)
{
    for (size_t i = 0; i < verb->service->method_count; i++) {
        if (strcmp(verb->service->methods[i].name, verb->method) == 0)
            return &verb->service->methods[i];
    }
    return NULL;
}

/* Calls once. */
static enum status call_once(struct ctl *ctl, const struct verb *verb, ProtobufCMessage *request,
                             ProtobufCMessage **answer)
{
    struct rpc_reply reply = {.message = NULL};
    struct rpc_options rpc = ctl_rpc(ctl, "budget");
    rpc.reply = &reply;
    enum status status = rpc_client_call(ctl->client, &rpc, method_of(verb), request, answer);
    if (status != OK) verb_refusal(ctl, verb, status, &reply);
    return status;
}

enum status verb_call(struct ctl *ctl, const struct verb *verb, ProtobufCMessage *request,
                      size_t most, ProtobufCMessage **answer)
{
    const struct rpc_method *method = method_of(verb);
    if (method == NULL) return INTERNAL;
    if (verb->shown == NULL ||
        protobuf_c_message_descriptor_get_field_by_name(request->descriptor, "page_token") == NULL)
        return call_once(ctl, verb, request, answer);
    size_t count = 0;
    const char *size = arena_printf(&ctl->arena, "%d", PAGE_SIZE);
    *answer = rpc_message_new(&ctl->arena, method->output->descriptor);
    if (*answer == NULL || size == NULL) return RESOURCE_EXHAUSTED;
    enum status status = message_set(&ctl->arena, request, "page_size", size, &ctl->fault);
    while (status == OK) {
        ProtobufCMessage *page = NULL;
        status = call_once(ctl, verb, request, &page);
        if (status != OK) break;
        if (!message_append(&ctl->arena, *answer, page, verb->shown)) return RESOURCE_EXHAUSTED;
        const char *token = message_string(page, "next_page_token");
        (void)message_items(&ctl->arena, *answer, verb->shown, &count);
        if (token[0] == '\0' || (most > 0 && count >= most)) break;
        status = message_set(&ctl->arena, request, "page_token", token, &ctl->fault);
    }
    return status;
}

void verb_print(struct ctl *ctl, const struct verb *verb, ProtobufCMessage **items, size_t count)
{
    struct terminal_column columns[VERB_COLUMNS_MAX];
    struct terminal_table table;
    for (size_t c = 0; c < verb->column_count; c++) {
        const struct verb_column *column = &verb->columns[c];
        columns[c] = (struct terminal_column){
            column->heading, column->right ? TERMINAL_RIGHT : TERMINAL_LEFT, column->place};
    }
    terminal_table_init(&table, &ctl->arena, columns, verb->column_count);
    for (size_t i = 0; i < count; i++) {
        const char *cells[VERB_COLUMNS_MAX];
        for (size_t c = 0; c < verb->column_count; c++)
            cells[c] =
                message_show(&ctl->arena, items[i], verb->columns[c].path, verb->columns[c].style);
        terminal_table_add(&table, cells);
    }
    terminal_table_print(&table);
}

static enum ctl_exit answer_show(struct ctl *ctl, const struct verb *verb,
                                 const ProtobufCMessage *answer, size_t limit)
{
    size_t count = 0;
    if (verb->show != NULL && !ctl->json) return verb->show(ctl, answer);
    if (ctl->json) return ctl_print_json(ctl, answer);
    ProtobufCMessage **items =
        verb->shown == NULL ? NULL : message_items(&ctl->arena, answer, verb->shown, &count);
    if (limit > 0 && count > limit) count = limit;
    if (items != NULL && count > 0) verb_print(ctl, verb, items, count);
    if (items == NULL && verb->said != NULL) (void)printf("%s\n", verb->said);
    if (count == 0 && verb->said == NULL) (void)fputs("sotong: there is nothing\n", stderr);
    return CTL_DONE;
}

/* Whether a call that ended so may have happened all the same. */
static bool may_have_happened(enum status status)
{
    return status == UNAVAILABLE || status == DEADLINE_EXCEEDED || status == CANCELLED ||
           status == UNKNOWN || status == INTERNAL || status == ABORTED || status == DATA_LOSS;
}

/* Its id makes it safe to ask again. */
static enum ctl_exit call_failed(struct ctl *ctl, const struct verb *verb, enum status status,
                                 const char *request_id)
{
    enum ctl_exit code = ctl_failed(ctl, status);
    if (verb->writes && may_have_happened(status))
        (void)fprintf(stderr, "sotong: to try the same again, once for all: --request-id %s\n",
                      request_id);
    return code;
}

static enum ctl_exit verb_run(struct ctl *ctl, const struct verb *verb, const struct words *words)
{
    char id[ID_STRING_BYTES];
    ProtobufCMessage *answer = NULL;
    const struct rpc_method *method = method_of(verb);
    if (method == NULL) return ctl_failed(ctl, INTERNAL);
    ProtobufCMessage *request = rpc_message_new(&ctl->arena, method->input->descriptor);
    if (request == NULL) return ctl_failed(ctl, RESOURCE_EXHAUSTED);
    enum ctl_exit code = request_fill(ctl, verb, words, request);
    if (code == CTL_DONE && verb->prepare != NULL) code = verb->prepare(ctl, request);
    if (code != CTL_DONE) return code;
    id_new(id);
    const char *request_id = words->request_id == NULL ? id : words->request_id;
    enum status status = OK;
    if (verb->writes)
        status = message_set(&ctl->arena, request, "request_id", request_id, &ctl->fault);
    if (status == OK) status = verb_call(ctl, verb, request, words->limit, &answer);
    if (status != OK) return call_failed(ctl, verb, status, request_id);
    return answer_show(ctl, verb, answer, words->limit);
}

enum ctl_exit verb_main(struct ctl *ctl, const struct verb *verb, int argc, char **argv)
{
    struct words words = {.limit = 0};
    enum ctl_exit code = words_read(ctl, verb, argc, argv, &words);
    if (code != CTL_DONE) return code;
    if (words.help) {
        verb_print_usage(verb);
        return CTL_DONE;
    }
    return verb_run(ctl, verb, &words);
}
