/* make-facts FILE --id ID [--as-of DATE] --out SERVICES: reads a report as an import does and
 * writes what may be kept of it without its prose: SERVICES/{owner}/facts/{id}.json, one
 * PutSliceRequest for each owner, and SERVICES/report/facts/reports/{id}.json, a ReportFacts. The
 * same text gives the same files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "facts_prose.h"
#include "import.h"
#include "report_collect.h"
#include "report_records.h"
#include "rpc/codec/rpc_json.h"

enum {
    FACTS_ARENA_BYTES = 512 * 1024 * 1024,
    FACTS_FILE_BYTES = 64 * 1024 * 1024,
    FACTS_PATH_BYTES = 4096,
    FOLDER_MODE = 0755,
    EXIT_FAILED = 1,
    EXIT_WRONG = 2,
};

struct arguments {
    const char *file, *id, *as_of, *out;
};

static const char usage[] =
    "usage: make-facts FILE --id ID [--as-of DATE] --out SERVICES\n"
    "Writes the facts of a report (labels and figures, no prose) into SERVICES/{owner}/facts/.\n";

static bool arguments_read(int argc, char **argv, struct arguments *out)
{
    *out = (struct arguments){NULL, NULL, "", NULL};
    for (int i = 1; i < argc; i++) {
        const char **value = NULL;
        if (strcmp(argv[i], "--id") == 0)
            value = &out->id;
        else if (strcmp(argv[i], "--as-of") == 0)
            value = &out->as_of;
        else if (strcmp(argv[i], "--out") == 0)
            value = &out->out;
        if (value == NULL) {
            if (argv[i][0] == '-' || out->file != NULL) return false;
            out->file = argv[i];
        } else {
            if (++i == argc) return false;
            *value = argv[i];
        }
    }
    return out->file != NULL && out->id != NULL && out->out != NULL;
}

static enum status file_read(const char *path, struct buffer *out, struct fault *fault)
{
    enum { READ_BYTES = 64 * 1024 };
    FILE *file = fopen(path, "rb");
    if (file == NULL) return fault_set(fault, UNAVAILABLE, "%s: %s", path, strerror(errno));
    enum status status = OK;
    for (size_t length = 1; status == OK && length > 0;) {
        uint8_t *end;
        status = buffer_reserve(out, READ_BYTES, &end);
        if (status != OK) break;
        length = fread(end, 1, READ_BYTES, file);
        out->length += length;
    }
    if (ferror(file) != 0) status = fault_set(fault, UNAVAILABLE, "%s: cannot be read", path);
    (void)fclose(file);
    return status;
}

static enum status file_write(const char *path, const struct buffer *content, struct fault *fault)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) return fault_set(fault, UNAVAILABLE, "%s: %s", path, strerror(errno));
    size_t written = fwrite(content->bytes, 1, content->length, file);
    bool closed = fclose(file) == 0;
    if (written == content->length && closed) return OK;
    return fault_set(fault, UNAVAILABLE, "%s: cannot be written", path);
}

/* `"name":[` and each message on a line of its own; nothing where there are none. */
static enum status list_write(const char *name, const struct message_list *list, struct buffer *out)
{
    static const struct rpc_json_style style = {.indent = false, .default_values = false};
    if (list->count == 0) return OK;
    enum status status = buffer_printf(out, ",\n\"%s\":[", name);
    for (size_t i = 0; status == OK && i < list->count; i++) {
        status = buffer_append_string(out, i == 0 ? "\n" : ",\n");
        if (status == OK) status = rpc_json_write(list->items[i], &style, out);
    }
    return status == OK ? buffer_append_string(out, "]") : status;
}

/* A message without its lists, open for more: its last brace is left out. */
static enum status open_write(const ProtobufCMessage *message, struct buffer *out)
{
    static const struct rpc_json_style style = {.indent = false, .default_values = false};
    enum status status = rpc_json_write(message, &style, out);
    while (status == OK && out->length > 0 && out->bytes[out->length - 1] != '}')
        out->length--;
    if (status == OK && out->length > 0) out->length--;
    return status;
}

/* Tables with each row on a line of its own. */
static enum status tables_write(const struct message_list *tables, struct buffer *out)
{
    if (tables->count == 0) return OK;
    enum status status = buffer_append_string(out, ",\n\"tables\":[");
    for (size_t i = 0; status == OK && i < tables->count; i++) {
        slice_table table = *(const slice_table *)(const void *)tables->items[i];
        const struct message_list rows = {(ProtobufCMessage **)(void *)table.rows, table.n_rows,
                                          table.n_rows};
        table.n_rows = 0;
        status = buffer_append_string(out, i == 0 ? "\n" : ",\n");
        if (status == OK) status = open_write(&table.base, out);
        if (status == OK) status = list_write("rows", &rows, out);
        if (status == OK) status = buffer_append_string(out, "}");
    }
    return status == OK ? buffer_append_string(out, "]") : status;
}

/* A report while its facts are made. */
struct making {
    const struct arguments *arguments;
    struct arena arena;
    struct collect collect;
    slice_slice_source source;
    struct import_cover cover;
    struct message_list units;
    struct fault fault;
};

static enum status prose_strip(struct making *making, struct collect_owner *owner)
{
    for (size_t i = 0; i < owner->figures.count; i++) {
        slice_figure *figure = (slice_figure *)(void *)owner->figures.items[i];
        if (!facts_strip_figure(&making->arena, figure)) return RESOURCE_EXHAUSTED;
    }
    for (size_t i = 0; i < owner->tables.count; i++) {
        slice_table *table = (slice_table *)(void *)owner->tables.items[i];
        if (!facts_strip_table(&making->arena, table)) return RESOURCE_EXHAUSTED;
    }
    return OK;
}

static enum status slice_write(struct making *making, struct collect_owner *owner)
{
    char path[FACTS_PATH_BYTES];
    struct buffer json;
    slice_put_slice_request request = SLICE_PUT_SLICE_REQUEST_INIT;
    request.request_id =
        arena_printf(&making->arena, "facts-%s-%s", making->arguments->id, owner->name);
    if (request.request_id == NULL) return RESOURCE_EXHAUSTED;
    request.source = &making->source;
    request.last = true;
    buffer_init(&json, FACTS_FILE_BYTES);
    enum status status = prose_strip(making, owner);
    if (status == OK) status = open_write(&request.base, &json);
    if (status == OK) status = list_write("figures", &owner->figures, &json);
    if (status == OK) status = tables_write(&owner->tables, &json);
    if (status == OK) status = buffer_append_string(&json, "}\n");
    (void)snprintf(path, sizeof path, "%s/%s/facts/%s.json", making->arguments->out, owner->name,
                   making->arguments->id);
    if (status == OK) status = file_write(path, &json, &making->fault);
    if (status == OK) {
        (void)printf("%s: %zu figures, %zu tables, %zu bytes\n", path, owner->figures.count,
                     owner->tables.count, json.length);
    }
    buffer_free(&json);
    return status;
}

/* What the report service keeps of the report itself. */
static enum status report_fill(struct making *making, report_report *report)
{
    struct arena *arena = &making->arena;
    const slice_slice_source *source = &making->source;
    *report = (report_report)REPORT_REPORT_INIT;
    report->id = source->report_id;
    report->title = source->title;
    report->publisher = source->publisher;
    report->as_of = source->as_of;
    report->digest = source->digest;
    report->line_count = making->cover.line_count;
    report->complete = report->facts_only = true;
    report->kinds = arena_calloc(arena, COLLECT_KINDS, sizeof(void *));
    report->owners = arena_calloc(arena, REPORT_OWNERS, sizeof(void *));
    if (report->kinds == NULL || report->owners == NULL) return RESOURCE_EXHAUSTED;
    for (int kind = 1; kind < COLLECT_KINDS; kind++) {
        report_kind_count *count = arena_alloc(arena, sizeof *count);
        if (count == NULL) return RESOURCE_EXHAUSTED;
        *count = (report_kind_count)REPORT_KIND_COUNT_INIT;
        count->kind = (report_token_kind)kind;
        count->count = making->collect.kinds[kind];
        report->kinds[report->n_kinds++] = count;
    }
    for (size_t i = 0; i < REPORT_OWNERS; i++) {
        const struct collect_owner *owner = &making->collect.owners[i];
        report_owner_count *count = arena_alloc(arena, sizeof *count);
        if (count == NULL) return RESOURCE_EXHAUSTED;
        *count = (report_owner_count)REPORT_OWNER_COUNT_INIT;
        count->owner = arena_copy(arena, owner->name, strlen(owner->name));
        count->figure_count = (int32_t)owner->figures.count;
        count->table_count = (int32_t)owner->tables.count;
        count->delivered = true;
        if (count->owner == NULL) return RESOURCE_EXHAUSTED;
        report->owners[report->n_owners++] = count;
    }
    return OK;
}

/* The numerals of all blocks, one after another. */
static enum status tokens_list(struct making *making, struct message_list *tokens)
{
    enum status status = OK;
    for (size_t b = 0; status == OK && b < making->collect.block_count; b++) {
        ProtobufCMessage *message = NULL;
        status =
            message_unpack(&making->arena, &sotong__report__v1__list_tokens_response__descriptor,
                           making->collect.blocks[b].tokens, &message);
        if (status != OK) break;
        const report_list_tokens_response *page = (const void *)message;
        for (size_t i = 0; status == OK && i < page->n_tokens; i++) {
            if (facts_is_prose(text_from(page->tokens[i]->printed))) {
                page->tokens[i]->printed =
                    facts_label(&making->arena, text_from(page->tokens[i]->printed));
                if (page->tokens[i]->printed == NULL) return RESOURCE_EXHAUSTED;
            }
            status = message_list_add(&making->arena, tokens, &page->tokens[i]->base);
        }
    }
    return status;
}

static enum status report_write(struct making *making)
{
    char path[FACTS_PATH_BYTES];
    struct buffer json;
    report_report report;
    struct message_list tokens = {NULL, 0, 0};
    report_report_facts facts = REPORT_REPORT_FACTS_INIT;
    facts.report = &report;
    facts.basis = making->collect.basis;
    buffer_init(&json, FACTS_FILE_BYTES);
    enum status status = report_fill(making, &report);
    if (status == OK) status = tokens_list(making, &tokens);
    if (status == OK) status = open_write(&facts.base, &json);
    if (status == OK) status = list_write("units", &making->units, &json);
    if (status == OK) status = list_write("tokens", &tokens, &json);
    if (status == OK) status = buffer_append_string(&json, "}\n");
    (void)snprintf(path, sizeof path, "%s/report/facts/reports", making->arguments->out);
    (void)mkdir(path, FOLDER_MODE);
    (void)snprintf(path, sizeof path, "%s/report/facts/reports/%s.json", making->arguments->out,
                   making->arguments->id);
    if (status == OK) status = file_write(path, &json, &making->fault);
    if (status == OK)
        (void)printf("%s: %zu numerals, %zu bytes\n", path, tokens.count, json.length);
    buffer_free(&json);
    return status;
}

static enum status report_parse(struct making *making, struct text bytes, char *digest)
{
    const struct arguments *arguments = making->arguments;
    struct text text;
    struct import_options options = {.report_id = arguments->id, .as_of = arguments->as_of};
    static const struct import_sink none = {0};
    enum status status = digest_of(bytes.bytes, bytes.length, digest);
    if (status == OK) status = import_decode(&making->arena, bytes, &text, &making->fault);
    if (status == OK) {
        status =
            import_parse(&making->arena, text, &options, &none, &making->cover, &making->fault);
    }
    if (status != OK) return status;
    const char *as_of = arguments->as_of[0] != '\0' ? arguments->as_of : making->cover.as_of;
    making->source = (slice_slice_source)SLICE_SLICE_SOURCE_INIT;
    making->source.report_id = arena_printf(&making->arena, "%s", arguments->id);
    making->source.as_of = arena_printf(&making->arena, "%s", as_of);
    making->source.title = arena_printf(&making->arena, "%s", making->cover.title);
    making->source.publisher = arena_printf(&making->arena, "%s", making->cover.publisher);
    making->source.digest = digest;
    if (making->source.publisher == NULL) return RESOURCE_EXHAUSTED;
    collect_init(&making->collect, &making->arena, making->source.as_of);
    const struct import_sink sink = collect_sink(&making->collect);
    options.as_of = making->source.as_of;
    status = import_parse(&making->arena, text, &options, &sink, &making->cover, &making->fault);
    if (status == OK) status = collect_end(&making->collect);
    if (status == OK) {
        status = organization_read(&making->arena, &making->source, text, &making->units);
    }
    return status;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    if (!arguments_read(argc, argv, &arguments)) {
        (void)fputs(usage, stderr);
        return EXIT_WRONG;
    }
    char digest[DIGEST_STRING_BYTES];
    struct making making = {.arguments = &arguments};
    struct buffer text;
    arena_init(&making.arena, FACTS_ARENA_BYTES);
    buffer_init(&text, FACTS_FILE_BYTES);
    enum status status = file_read(arguments.file, &text, &making.fault);
    if (status == OK) {
        status =
            report_parse(&making, (struct text){(const char *)text.bytes, text.length}, digest);
    }
    for (size_t i = 0; status == OK && i < REPORT_OWNERS; i++) {
        status = slice_write(&making, &making.collect.owners[i]);
    }
    if (status == OK) status = report_write(&making);
    if (status != OK) {
        (void)fprintf(stderr, "make-facts: %s: %s\n", arguments.file,
                      making.fault.message[0] != '\0' ? making.fault.message : status_name(status));
    }
    collect_free(&making.collect);
    buffer_free(&text);
    arena_free(&making.arena);
    return status == OK ? 0 : EXIT_FAILED;
}
