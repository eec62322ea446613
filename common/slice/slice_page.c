#include "slice/slice_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "rpc/codec/rpc_codec.h"
#include "slice/slice_search.h"
#include "slice_sql.h"

/* A place in a list: behind this item of this report. */
struct place {
    int64_t report; /* `slices.number`; 0: before all. */
    int64_t line, column, position;
};

/* One reading of a page. */
struct reader {
    struct db *db;
    struct arena *arena;
    const struct slice_query *query;
    const char *pattern;
    struct place begin;
    struct place last; /* Of the page's last message. */
    size_t capacity;
    size_t bytes;
    bool more; /* There is something behind the page. */
};

enum status slice_message_read(const struct db_rows *rows, int column, struct arena *arena,
                               const struct rpc_message *type, ProtobufCMessage **out)
{
    struct fault fault = {0};
    enum status status = rpc_decode(arena, db_bytes(rows, column), type, out, &fault);
    if (status == OK || status == RESOURCE_EXHAUSTED) return status;
    log_write(LOG_ERROR, "slice: a stored %s cannot be read: %s", type->descriptor->short_name,
              fault.message);
    return DATA_LOSS;
}

/* FNV-1a over what a token depends on: a token serves the list that gave it. */
static uint32_t check_of(const struct slice_query *query, const char *body)
{
    const char *const parts[] = {query->kind == SLICE_FIGURES ? "f" : "t", query->report_id,
                                 query->search, body};
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        for (const char *byte = parts[i];; byte++) {
            hash = (hash ^ (unsigned char)*byte) * UINT32_C(16777619);
            if (*byte == '\0') break; /* It counts too: it separates the parts. */
        }
    }
    return hash;
}

static char *token_write(struct arena *arena, const struct slice_query *query, struct place place)
{
    char body[SLICE_TOKEN_BYTES_MAX];
    (void)snprintf(body, sizeof body, "%" PRIx64 ".%" PRIx64 ".%" PRIx64 ".%" PRIx64,
                   (uint64_t)place.report, (uint64_t)place.line, (uint64_t)place.column,
                   (uint64_t)place.position);
    return arena_printf(arena, "%s.%08" PRIx32, body, check_of(query, body));
}

static enum status token_read(const struct slice_query *query, struct place *place)
{
    *place = (struct place){0};
    if (query->token[0] == '\0') return OK;
    struct text token = text_from(query->token);
    char body[SLICE_TOKEN_BYTES_MAX + 1];
    if (token.length < 9 || token.length > SLICE_TOKEN_BYTES_MAX) return INVALID_ARGUMENT;
    size_t body_length = token.length - 9;
    memcpy(body, token.bytes, body_length);
    body[body_length] = '\0';
    char check[10];
    (void)snprintf(check, sizeof check, ".%08" PRIx32, check_of(query, body));
    if (memcmp(check, token.bytes + body_length, 9) != 0) return INVALID_ARGUMENT;
    int fields =
        sscanf(body, "%" SCNx64 ".%" SCNx64 ".%" SCNx64 ".%" SCNx64, /* NOLINT(cert-err34-c) */
               (uint64_t *)&place->report, (uint64_t *)&place->line, (uint64_t *)&place->column,
               (uint64_t *)&place->position);
    return fields == 4 && place->report > 0 ? OK : INVALID_ARGUMENT;
}

static const struct rpc_message *type_of(enum slice_kind kind)
{
    return kind == SLICE_FIGURES ? &slice_figure_type : &slice_table_type;
}

/* Adds the current row, or finds that the page is full. */
static enum status row_add(struct reader *reader, struct slice_page *page,
                           const struct db_rows *rows, int64_t report)
{
    const struct slice_query *query = reader->query;
    if (page->count == query->size || reader->bytes >= query->bytes_max) {
        reader->more = true;
        return OK;
    }
    if (page->count == reader->capacity) {
        void *grown = arena_grow(reader->arena, page->messages, page->count, &reader->capacity,
                                 sizeof(void *));
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        page->messages = grown;
    }
    enum status status = slice_message_read(rows, 3, reader->arena, type_of(query->kind),
                                            &page->messages[page->count]);
    if (status != OK) return status;
    page->count++;
    reader->bytes += db_bytes(rows, 3).length;
    reader->last = (struct place){report, db_int(rows, 0), db_int(rows, 1), db_int(rows, 2)};
    return OK;
}

/* Reads on in one slice. One row more than fits says whether there is another page. */
static enum status slice_read(struct reader *reader, struct slice_page *page, int64_t slice_id,
                              struct place from)
{
    const struct slice_query *query = reader->query;
    const struct db_sql *sql =
        query->kind == SLICE_FIGURES ? &slice_figure_page_sql : &slice_table_page_sql;
    int64_t limit = (int64_t)(query->size - page->count) + 1;
    struct db_rows rows;
    enum status status =
        db_query(reader->db, &rows, sql, DB_INT(slice_id), DB_INT(from.line), DB_INT(from.column),
                 DB_INT(from.position), DB_TEXT(reader->pattern), DB_INT(limit));
    if (status != OK) return status;
    while (status == OK && !reader->more && (status = db_next(&rows)) == OK)
        status = row_add(reader, page, &rows, from.report);
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* Reads slice by slice. The list of slices stays open meanwhile, which keeps all that is read in
 * one snapshot: a slice that is replaced now is still seen whole. */
static enum status slices_read(struct reader *reader, struct slice_page *page)
{
    static const struct place start = {.line = -1, .column = -1, .position = -1};
    struct db_rows rows;
    enum status status =
        db_query(reader->db, &rows, &slice_slice_list_sql, DB_TEXT(reader->query->report_id));
    if (status != OK) return status;
    bool begun = reader->begin.report == 0;
    while (status == OK && !reader->more && (status = db_next(&rows)) == OK) {
        struct place from = start;
        from.report = db_int(&rows, 1);
        if (!begun && from.report == reader->begin.report) {
            begun = true;
            from = reader->begin;
        }
        if (begun) status = slice_read(reader, page, db_int(&rows, 0), from);
    }
    db_end(&rows);
    if (status != OK && status != NOT_FOUND) return status;
    return begun ? OK : INVALID_ARGUMENT;
}

enum status slice_page_read(struct db *db, struct arena *arena, const struct slice_query *query,
                            struct slice_page *page)
{
    struct reader reader = {.db = db, .arena = arena, .query = query};
    *page = (struct slice_page){.next_token = arena_copy(arena, "", 0)};
    if (page->next_token == NULL) return RESOURCE_EXHAUSTED;
    enum status status = token_read(query, &reader.begin);
    if (status == OK) status = slice_pattern(arena, text_from(query->search), &reader.pattern);
    if (status == OK) status = slices_read(&reader, page);
    if (status != OK || !reader.more) return status;
    page->next_token = token_write(arena, query, reader.last);
    return page->next_token == NULL ? RESOURCE_EXHAUSTED : OK;
}

static enum status summary_read(const struct db_rows *rows, struct arena *arena,
                                slice_slice_summary **out)
{
    ProtobufCMessage *summary = rpc_message_new(arena, slice_slice_summary_type.descriptor);
    ProtobufCMessage *source = rpc_message_new(arena, slice_slice_source_type.descriptor);
    if (summary == NULL || source == NULL) return RESOURCE_EXHAUSTED;
    slice_slice_source *of = (slice_slice_source *)source;
    of->report_id = db_copy(rows, 2, arena);
    of->digest = db_copy(rows, 3, arena);
    of->title = db_copy(rows, 4, arena);
    of->as_of = db_copy(rows, 5, arena);
    of->publisher = db_copy(rows, 6, arena);
    if (arena_exhausted(arena)) return RESOURCE_EXHAUSTED;
    *out = (slice_slice_summary *)summary;
    (*out)->source = of;
    (*out)->figure_count = (int32_t)db_int(rows, 7);
    (*out)->table_count = (int32_t)db_int(rows, 8);
    return OK;
}

enum status slice_summaries_read(struct db *db, struct arena *arena,
                                 slice_slice_summary ***summaries, size_t *count)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &slice_slice_list_sql, DB_TEXT(""));
    if (status != OK) return status;
    slice_slice_summary **list = NULL;
    size_t length = 0;
    size_t capacity = 0;
    while (status == OK && (status = db_next(&rows)) == OK) {
        if (length == capacity) {
            void *grown = arena_grow(arena, list, length, &capacity, sizeof(void *));
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown != NULL) list = grown;
        }
        if (status == OK) status = summary_read(&rows, arena, &list[length]);
        if (status == OK) length++;
    }
    db_end(&rows);
    if (status != NOT_FOUND) return status;
    *summaries = list;
    *count = length;
    return OK;
}
