#include "report_collect.h"

#include <string.h>

#include "app/app.h"
#include "base/date.h"
#include "base/digest.h"
#include "rpc/codec/rpc_codec.h"

enum {
    PART_ARENA_BYTES_MAX = 64 * 1024 * 1024,
    BLOCK_ARENA_BYTES_MAX = 4 * 1024 * 1024,
    CELL_BYTES_MAX = 65536, /* The bound of slice.v1.Cell.text. */
    BASIS_DAYS_MAX = 200,   /* Tables older than that speak of earlier years. */
    REQUEST_ID_DIGITS = 40,
    REQUEST_BYTES_MAX = 64 * 1024 * 1024, /* Encoded. */
};

void collect_init(struct collect *collect, struct arena *arena, const char *as_of)
{
    *collect = (struct collect){.arena = arena, .as_of = as_of};
    for (size_t i = 0; i < REPORT_OWNERS; i++) {
        collect->owners[i].name = service_names[i];
        arena_init(&collect->owners[i].arena, PART_ARENA_BYTES_MAX);
    }
    arena_init(&collect->tokens_arena, BLOCK_ARENA_BYTES_MAX);
}

void collect_free(struct collect *collect)
{
    for (size_t i = 0; i < REPORT_OWNERS; i++)
        arena_free(&collect->owners[i].arena);
    arena_free(&collect->tokens_arena);
}

static enum status remark_add(struct collect *collect, int line, const char *message)
{
    if (collect->remarks.count >= IMPORT_REMARKS_MAX) return OK;
    report_remark *remark = arena_alloc(collect->arena, sizeof *remark);
    if (remark == NULL) return RESOURCE_EXHAUSTED;
    *remark = (report_remark)REPORT_REMARK_INIT;
    remark->line = line;
    remark->message = arena_copy(collect->arena, message, strlen(message));
    if (remark->message == NULL) return RESOURCE_EXHAUSTED;
    return message_list_add(collect->arena, &collect->remarks, &remark->base);
}

static enum status block_close(struct collect *collect)
{
    if (collect->tokens.count == 0) return OK;
    if (collect->block_count == collect->block_capacity) {
        void *grown = arena_grow(collect->arena, collect->blocks, collect->block_count,
                                 &collect->block_capacity, sizeof *collect->blocks);
        if (grown == NULL) return RESOURCE_EXHAUSTED;
        collect->blocks = grown;
    }
    report_list_tokens_response page = REPORT_LIST_TOKENS_RESPONSE_INIT;
    page.tokens = (report_token **)(void *)collect->tokens.items;
    page.n_tokens = collect->tokens.count;
    struct report_token_block *block = &collect->blocks[collect->block_count];
    enum status status = message_pack(collect->arena, &page.base, &block->tokens);
    if (status != OK) return status;
    block->block = (int64_t)collect->block_count++;
    arena_reset(&collect->tokens_arena);
    collect->tokens = (struct message_list){NULL, 0, 0};
    return OK;
}

static enum status on_token(void *context, const report_token *token)
{
    struct collect *collect = context;
    ProtobufCMessage *copy = NULL;
    if ((unsigned)token->kind < COLLECT_KINDS) collect->kinds[token->kind]++;
    enum status status = OK;
    if (token->kind == REPORT_TOKEN_KIND_UNREAD && collect->unread.count < COLLECT_UNREAD_MAX) {
        status = message_copy(collect->arena, &token->base, &copy);
        if (status == OK) status = message_list_add(collect->arena, &collect->unread, copy);
    }
    if (status == OK) status = message_copy(&collect->tokens_arena, &token->base, &copy);
    if (status == OK) status = message_list_add(&collect->tokens_arena, &collect->tokens, copy);
    if (status == OK && collect->tokens.count == COLLECT_BLOCK_TOKENS)
        status = block_close(collect);
    return status;
}

static struct collect_owner *owner_of(struct collect *collect, const char *name)
{
    for (size_t i = 0; i < REPORT_OWNERS; i++) {
        if (strcmp(collect->owners[i].name, name) == 0) return &collect->owners[i];
    }
    return &collect->owners[SERVICE_REPORT]; /* Subjects without an owner stay here. */
}

/* What an owner would refuse of a message. */
struct refusal {
    char path[128];
    char description[128];
};

static bool refusal_note(void *context, const char *field_path, const char *description)
{
    struct refusal *refusal = context;
    struct text path = text_cut(text_from(field_path), sizeof refusal->path - 1);
    struct text words = text_cut(text_from(description), sizeof refusal->description - 1);
    memcpy(refusal->path, path.bytes, path.length);
    refusal->path[path.length] = '\0';
    memcpy(refusal->description, words.bytes, words.length);
    refusal->description[words.length] = '\0';
    return false;
}

/* Adds a copy of a message to an owner's part. What the owner's bounds do not allow is left out and
 * remarked on: one odd table must not keep the others away. */
static enum status part_add(struct collect *collect, struct collect_owner *owner,
                            const struct rpc_message *type, const ProtobufCMessage *message,
                            int line, struct message_list *list)
{
    struct refusal refusal;
    if (!rpc_check_bounds(type, message, refusal_note, &refusal)) {
        char *remark = arena_printf(collect->arena, "%s: %s; it is left out", refusal.path,
                                    refusal.description);
        return remark == NULL ? RESOURCE_EXHAUSTED : remark_add(collect, line, remark);
    }
    ProtobufCMessage *copy = NULL;
    enum status status = message_copy(&owner->arena, message, &copy);
    if (status == OK) status = message_list_add(&owner->arena, list, copy);
    if (status != OK) return status;
    owner->bytes += protobuf_c_message_get_packed_size(copy);
    bool full = owner->bytes >= COLLECT_PART_BYTES ||
                owner->figures.count >= COLLECT_PART_FIGURES ||
                owner->tables.count >= COLLECT_PART_TABLES;
    return full && collect->part_full != NULL ? collect->part_full(collect->context, owner) : OK;
}

static int line_of(const type_citation *citation)
{
    return citation == NULL ? 0 : citation->line;
}

static enum status on_figure(void *context, const slice_figure *figure)
{
    struct collect *collect = context;
    struct collect_owner *owner = owner_of(collect, figure->owner);
    if (owner->skipped) return OK;
    return part_add(collect, owner, &slice_figure_type, &figure->base, line_of(figure->citation),
                    &owner->figures);
}

/* The first day that tables of this time speak of is the day that the report's data begins. */
static void basis_note(struct collect *collect, const slice_table *table)
{
    const type_period *period = table->period;
    struct date day, as_of;
    if (period == NULL || period->kind_case != TYPE_PERIOD_KIND_CASE_AS_OF) return;
    if (date_parse(text_from(period->as_of), &day) != OK) return;
    if (date_parse(text_from(collect->as_of), &as_of) != OK) return;
    if (day.days > as_of.days || day.days < as_of.days - BASIS_DAYS_MAX) return;
    char string[DATE_STRING_BYTES];
    date_format(day, string);
    if (collect->basis[0] == '\0' || strcmp(string, collect->basis) < 0) {
        memcpy(collect->basis, string, sizeof string);
    }
}

/* Cuts cells that are longer than an owner takes. The copy is in the arena of the owner's part. */
static enum status cells_cut(struct collect *collect, struct collect_owner *owner,
                             const slice_table *table, const slice_table **out)
{
    *out = table;
    bool within = true;
    for (size_t r = 0; r < table->n_rows; r++) {
        for (size_t c = 0; c < table->rows[r]->n_cells; c++) {
            within = within && strlen(table->rows[r]->cells[c]->text) <= CELL_BYTES_MAX;
        }
    }
    if (within) return OK;
    ProtobufCMessage *copy = NULL;
    enum status status = message_copy(&owner->arena, &table->base, &copy);
    if (status != OK) return status;
    slice_table *shorter = (slice_table *)(void *)copy;
    for (size_t r = 0; status == OK && r < shorter->n_rows; r++) {
        for (size_t c = 0; status == OK && c < shorter->rows[r]->n_cells; c++) {
            slice_cell *cell = shorter->rows[r]->cells[c];
            struct text text = text_from(cell->text);
            if (text.length <= CELL_BYTES_MAX) continue;
            cell->text[text_cut(text, CELL_BYTES_MAX).length] = '\0';
            status =
                remark_add(collect, cell->line, "a cell is longer than 65,536 bytes; it is cut");
        }
    }
    *out = shorter;
    return status;
}

static enum status on_table(void *context, const slice_table *table)
{
    struct collect *collect = context;
    struct collect_owner *owner = owner_of(collect, table->owner);
    basis_note(collect, table);
    if (owner->skipped) return OK;
    enum status status = cells_cut(collect, owner, table, &table);
    if (status != OK) return status;
    return part_add(collect, owner, &slice_table_type, &table->base, line_of(table->citation),
                    &owner->tables);
}

static enum status on_remark(void *context, int line, const char *message)
{
    return remark_add(context, line, message);
}

struct import_sink collect_sink(struct collect *collect)
{
    return (struct import_sink){.context = collect,
                                .token = on_token,
                                .figure = on_figure,
                                .table = on_table,
                                .remark = on_remark};
}

enum status collect_end(struct collect *collect)
{
    return block_close(collect);
}

void collect_part_next(struct collect_owner *owner)
{
    owner->part++;
    owner->bytes = 0;
    owner->figures = owner->tables = (struct message_list){NULL, 0, 0};
    arena_reset(&owner->arena);
}

/* From what the request holds, so that other content never comes under the same id; and from the
 * program's version, so that a later one derives anew. NULL: no memory. */
static char *request_id(struct collect_owner *owner, const slice_put_slice_request *request)
{
    char digest[DIGEST_STRING_BYTES];
    struct buffer key;
    buffer_init(&key, REQUEST_BYTES_MAX);
    enum status status = buffer_printf(&key, "%s\n%s\n", owner->name, app_version());
    if (status == OK) status = rpc_encode(&request->base, &key);
    if (status == OK) status = digest_of(key.bytes, key.length, digest);
    buffer_free(&key);
    if (status != OK) return NULL;
    return arena_printf(&owner->arena, "import-%.*s", REQUEST_ID_DIGITS, digest);
}

slice_put_slice_request *collect_request(struct collect_owner *owner, slice_slice_source *source,
                                         bool last)
{
    struct arena *arena = &owner->arena;
    slice_put_slice_request *request = arena_alloc(arena, sizeof *request);
    if (request == NULL) return NULL;
    *request = (slice_put_slice_request)SLICE_PUT_SLICE_REQUEST_INIT;
    request->source = source;
    request->part = owner->part;
    request->last = last;
    request->figures = (slice_figure **)(void *)owner->figures.items;
    request->n_figures = owner->figures.count;
    request->tables = (slice_table **)(void *)owner->tables.items;
    request->n_tables = owner->tables.count;
    request->request_id = request_id(owner, request);
    return request->request_id == NULL ? NULL : request;
}
