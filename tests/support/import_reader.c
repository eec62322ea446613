#include "support/import_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES_MAX = 512 << 20, FILE_BYTES_MAX = 64 << 20, PATH_BYTES = 512, LABELS_SHOWN = 3 };

static const char *const kinds[] = {"?",    "QUANTITY", "DATE", "PERIOD",
                                    "TIME", "ORDINAL",  "NAME", "UNREAD"};

static enum status take_token(void *context, const report_token *token)
{
    struct import_read *read = context;
    if (read->token_count == IMPORT_READ_MAX) return RESOURCE_EXHAUSTED;
    read->unread_count += token->kind == REPORT_TOKEN_KIND_UNREAD;
    const type_quantity *value = token->quantity;
    const char *line = value == NULL
                           ? arena_printf(&read->arena, "%d:%d %s %s", token->line, token->column,
                                          kinds[token->kind], token->printed)
                           : arena_printf(&read->arena, "%d:%d %s %s %lld^%d %s", token->line,
                                          token->column, kinds[token->kind], token->printed,
                                          (long long)value->units, value->exponent, value->unit);
    read->tokens[read->token_count++] = line;
    return line == NULL ? RESOURCE_EXHAUSTED : OK;
}

static enum status take_figure(void *context, const slice_figure *figure)
{
    struct import_read *read = context;
    if (read->figure_count == IMPORT_READ_MAX) return RESOURCE_EXHAUSTED;
    size_t count = figure->n_subject;
    size_t from = count > LABELS_SHOWN ? count - LABELS_SHOWN : 0;
    const char *subject = "";
    for (size_t i = from; i < count && subject != NULL; i++) {
        subject = arena_printf(&read->arena, "%s%s%s", subject, i > from ? " / " : "",
                               figure->subject[i]);
    }
    if (subject == NULL) return RESOURCE_EXHAUSTED;
    const char *line =
        arena_printf(&read->arena, "%d:%d %s %s %s%s%s", figure->citation->line,
                     figure->citation->column, figure->printed, figure->owner, subject,
                     figure->part_of[0] != '\0' ? " part_of=" : "", figure->part_of);
    read->figures[read->figure_count++] = line;
    return line == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* A table lives until the callback returns: its bytes are kept and read again. */
static enum status take_table(void *context, const slice_table *table)
{
    struct import_read *read = context;
    if (read->table_count == IMPORT_READ_MAX) return RESOURCE_EXHAUSTED;
    size_t bytes = protobuf_c_message_get_packed_size(&table->base);
    uint8_t *packed = arena_alloc(&read->arena, bytes);
    if (packed == NULL) return RESOURCE_EXHAUSTED;
    (void)protobuf_c_message_pack(&table->base, packed);
    ProtobufCMessage *copy = protobuf_c_message_unpack(table->base.descriptor, NULL, bytes, packed);
    if (copy == NULL) return RESOURCE_EXHAUSTED;
    read->tables[read->table_count++] = (const slice_table *)copy;
    return OK;
}

static enum status take_remark(void *context, int line, const char *message)
{
    struct import_read *read = context;
    (void)line;
    (void)message;
    read->remark_count++;
    return OK;
}

struct import_read *import_read(struct text bytes, const char *as_of)
{
    struct import_read *read = calloc(1, sizeof *read);
    if (read == NULL) return NULL;
    arena_init(&read->arena, ARENA_BYTES_MAX);
    const struct import_options options = {.report_id = "r", .as_of = as_of};
    const struct import_sink sink = {read, take_token, take_figure, take_table, take_remark};
    struct text utf8;
    read->status = import_decode(&read->arena, bytes, &utf8, &read->fault);
    if (read->status == OK) {
        read->status =
            import_parse(&read->arena, utf8, &options, &sink, &read->cover, &read->fault);
    }
    return read;
}

struct import_read *import_read_string(const char *text)
{
    return import_read(text_from(text), "2020-03-31");
}

void import_read_free(struct import_read *read)
{
    if (read == NULL) return;
    for (int i = 0; i < read->table_count; i++) {
        union {
            const slice_table *kept;
            ProtobufCMessage *owned;
        } table = {.kept = read->tables[i]};
        protobuf_c_message_free_unpacked(table.owned, NULL);
    }
    arena_free(&read->arena);
    free(read);
}

bool import_has(const char *const *list, int count, const char *wanted)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(list[i], wanted) == 0) return true;
    }
    (void)printf("\n      missing: %s\n", wanted);
    for (int i = 0; i < count && i < 40; i++)
        (void)printf("      %s\n", list[i]);
    return false;
}

static bool file_read(struct arena *arena, const char *path, struct text *bytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) return false;
    long length = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    rewind(file);
    char *copy =
        length < 0 || length > FILE_BYTES_MAX ? NULL : arena_alloc(arena, (size_t)length + 1);
    bool whole = copy != NULL && fread(copy, 1, (size_t)length, file) == (size_t)length;
    (void)fclose(file);
    if (whole) *bytes = (struct text){copy, (size_t)length};
    return whole;
}

bool import_fixture(struct arena *arena, const char *name, struct text *bytes)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "tests/fixtures/%s", name);
    return file_read(arena, path, bytes);
}

bool import_report(struct arena *arena, const char *name, struct text *bytes)
{
    const char *directory = getenv("SOTONG_REPORTS");
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", directory == NULL ? "../shared/reports" : directory,
                   name);
    if (file_read(arena, path, bytes)) return true;
    (void)printf("skipped: %s is absent\n", path);
    return false;
}
