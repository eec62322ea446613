#include "report_import.h"

#include <string.h>

#include "base/digest.h"
#include "report_collect.h"
#include "report_records.h"
#include "report_store.h"
#include "rpc/server/rpc_call_options.h"

enum {
    IMPORT_ARENA_BYTES_MAX = 256 * 1024 * 1024, /* Ten times a text of the greatest size. */
    COVER_BYTES_MAX = 32 * 1024,                /* The cover and the contents. */
    DELIVERY_TIMEOUT_MS = 8000,                 /* Of one part. */
    FAILURE_BYTES_MAX = 256,
};

/* One import under way. */
struct import {
    struct report *self;
    struct rpc_call *call;
    struct arena arena; /* Of what is kept to the end. */
    struct text text;
    slice_slice_source source;
    struct collect collect;
    struct import_cover cover;
    struct message_list units;
    report_owner_count outcomes[REPORT_OWNERS];
    bool begun;
    int64_t begun_ms;
    struct message_list closed;              /* slice_closed_change: what the owners say. */
    const char *stored_as_of;                /* Of an import that this one completes; NULL: none. */
    const slice_put_slice_request *own_part; /* For own_part_put. */
};

/* Every digest and every id that the import must not mix. */
static enum status check_identity(struct import *import, struct db *db, bool *complete,
                                  bool *facts_only)
{
    struct rpc_call *call = import->call;
    struct arena *arena = rpc_arena(call);
    const slice_slice_source *source = &import->source;
    struct report_row row;
    const char *digest, *as_of;
    *complete = *facts_only = false;
    enum status status = report_get(db, arena, source->report_id, &row);
    if (status == OK) {
        digest = row.digest;
        *facts_only = row.facts_only;
        if (!row.facts_only) import->stored_as_of = row.as_of;
        struct message_list owners;
        status = report_owner_list(db, arena, source->report_id, &owners);
        *complete = true;
        for (size_t i = 0; status == OK && i < owners.count; i++) {
            const report_owner_count *owner = (const void *)owners.items[i];
            *complete = *complete && owner->delivered;
        }
    } else if (status == NOT_FOUND) {
        status =
            report_import_get(db, arena, source->report_id, &digest, &as_of, &import->begun_ms);
    }
    if (status == NOT_FOUND) return OK;
    if (status != OK || strcmp(digest, source->digest) == 0) return status;
    return rpc_fail(call, ALREADY_EXISTS,
                    "report_id: %s belongs to another text (SHA-256 %.12s…, this one has %.12s…); "
                    "choose another id",
                    source->report_id, digest, source->digest);
}

/* The date and names of the report, from the call and from its first lines. */
static enum status read_cover(struct import *import, const report_import_report_request *in)
{
    struct text head = text_cut(import->text, COVER_BYTES_MAX);
    while (head.length < import->text.length && head.length > 0 &&
           head.bytes[head.length - 1] != '\n') {
        head.length--;
    }
    if (head.length == 0) head = import->text;
    struct import_options options = {.report_id = in->report_id, .as_of = in->as_of};
    static const struct import_sink none;
    enum status status = import_parse(&import->arena, head, &options, &none, &import->cover,
                                      rpc_fault(import->call));
    if (status != OK) return status;
    slice_slice_source *source = &import->source;
    const char *as_of = in->as_of[0] != '\0' ? in->as_of : import->cover.as_of;
    if (import->stored_as_of != NULL) as_of = import->stored_as_of;
    if (as_of[0] == '\0') {
        return rpc_fail(import->call, INVALID_ARGUMENT,
                        "as_of: the first lines of the text hold no date; give the day that the "
                        "report speaks of");
    }
    source->as_of = arena_copy(&import->arena, as_of, strlen(as_of));
    source->title = arena_copy(&import->arena, import->cover.title, strlen(import->cover.title));
    source->publisher =
        arena_copy(&import->arena, import->cover.publisher, strlen(import->cover.publisher));
    bool copied = source->as_of != NULL && source->title != NULL && source->publisher != NULL;
    return copied ? OK : RESOURCE_EXHAUSTED;
}

/* On the writer: records that slices are about to leave. */
static enum status begin_write(struct rpc_call *call, void *context)
{
    struct import *import = context;
    bool complete, facts_only;
    enum status status = check_identity(import, rpc_db(call), &complete, &facts_only);
    if (status != OK) return status;
    return report_import_put(rpc_db(call), import->source.report_id, import->source.digest,
                             import->source.as_of);
}

static enum status begin(struct import *import)
{
    if (import->begun) return OK;
    enum status status = rpc_write(import->call, begin_write, import);
    import->begun = status == OK;
    return status;
}

/* On the writer: one part of the slice that this service owns itself. */
static enum status own_part_put(struct rpc_call *call, void *context)
{
    struct import *import = context;
    slice_put_slice_response response = SLICE_PUT_SLICE_RESPONSE_INIT;
    enum status status = slice_put_slice(&import->self->slice, call, import->own_part, &response);
    report_owner_count *outcome = &import->outcomes[SERVICE_REPORT];
    outcome->figure_count = response.figure_count;
    outcome->table_count = response.table_count;
    outcome->record_count = response.record_count;
    outcome->delivered = response.committed;
    return status;
}

static bool is_own(const struct import *import, const struct collect_owner *owner)
{
    return strcmp(owner->name, import->self->slice.service) == 0;
}

/* Keeps what an owner changed of closed years, for the answer. */
static enum status closed_keep(struct import *import, const slice_put_slice_response *response)
{
    enum status status = OK;
    for (size_t i = 0; i < response->n_closed_changes && status == OK; i++) {
        ProtobufCMessage *copy = NULL;
        struct arena *arena = rpc_arena(import->call);
        status = message_copy(arena, &response->closed_changes[i]->base, &copy);
        if (status == OK) status = message_list_add(arena, &import->closed, copy);
    }
    return status;
}

/* Delivers the part of another service. What goes wrong there is its outcome, not this call's. */
static enum status part_send(struct import *import, struct collect_owner *owner, bool last)
{
    report_owner_count *outcome = &import->outcomes[owner - import->collect.owners];
    struct fault fault = {""};
    struct rpc_options options = rpc_call_options(import->call, owner->name, DELIVERY_TIMEOUT_MS);
    options.arena = &owner->arena;
    options.fault = &fault;
    slice_put_slice_response *response = NULL;
    slice_put_slice_request *request = collect_request(owner, &import->source, last);
    if (request == NULL) return RESOURCE_EXHAUSTED;
    enum status status =
        slice_client_put_slice(rpc_call_client(import->call), &options, request, &response);
    if (status != OK) {
        outcome->failure =
            arena_printf(&import->arena, "%s: %.*s", status_name(status), FAILURE_BYTES_MAX,
                         fault.message[0] != '\0' ? fault.message : "no answer");
        owner->skipped = true;
        return outcome->failure == NULL ? RESOURCE_EXHAUSTED : OK;
    }
    outcome->figure_count = response->figure_count;
    outcome->table_count = response->table_count;
    outcome->record_count = response->record_count;
    outcome->delivered = response->committed;
    return closed_keep(import, response);
}

/* The collection calls it when a part is full. */
static enum status on_part_full(void *context, struct collect_owner *owner)
{
    struct import *import = context;
    enum status status = begin(import);
    if (status != OK) return status;
    if (is_own(import, owner)) {
        import->own_part = collect_request(owner, &import->source, false);
        if (import->own_part == NULL) return RESOURCE_EXHAUSTED;
        status = rpc_write(import->call, own_part_put, import);
    } else {
        status = part_send(import, owner, false);
    }
    collect_part_next(owner);
    return status;
}

/* Owners that hold their slice of this text already are left out. */
static enum status owners_prepare(struct import *import, bool facts_only)
{
    struct message_list stored;
    enum status status =
        report_owner_list(rpc_db(import->call), &import->arena, import->source.report_id, &stored);
    for (size_t i = 0; status == OK && i < REPORT_OWNERS; i++) {
        import->outcomes[i] = (report_owner_count)REPORT_OWNER_COUNT_INIT;
        import->outcomes[i].owner =
            arena_copy(&import->arena, service_names[i], strlen(service_names[i]));
        if (import->outcomes[i].owner == NULL) return RESOURCE_EXHAUSTED;
        for (size_t k = 0; k < stored.count && !facts_only; k++) {
            const report_owner_count *owner = (const void *)stored.items[k];
            if (!owner->delivered || strcmp(owner->owner, service_names[i]) != 0) continue;
            import->outcomes[i] = *owner;
            import->collect.owners[i].skipped = true;
        }
    }
    return status;
}

static enum status deliver(struct import *import)
{
    enum status status = begin(import);
    for (size_t i = 0; status == OK && i < REPORT_OWNERS; i++) {
        struct collect_owner *owner = &import->collect.owners[i];
        if (!owner->skipped && !is_own(import, owner)) status = part_send(import, owner, true);
    }
    return status;
}

static enum status counts_write(struct db *db, const struct import *import)
{
    const char *report_id = import->source.report_id;
    const struct collect *collect = &import->collect;
    enum status status = report_reading_delete(db, report_id);
    for (int i = 0; status == OK && i < REPORT_OWNERS; i++) {
        status = report_owner_put(db, report_id, i, &import->outcomes[i]);
    }
    for (int kind = 1; status == OK && kind < COLLECT_KINDS; kind++) {
        report_kind_count count = REPORT_KIND_COUNT_INIT;
        count.kind = (report_token_kind)kind;
        count.count = collect->kinds[kind];
        status = report_kind_put(db, report_id, &count);
    }
    for (size_t i = 0; status == OK && i < collect->remarks.count; i++) {
        status = report_remark_put(db, report_id, (int)i,
                                   (const report_remark *)(const void *)collect->remarks.items[i]);
    }
    for (size_t i = 0; status == OK && i < collect->block_count; i++) {
        status = report_token_block_put(db, report_id, &collect->blocks[i]);
    }
    return status;
}

/* On the writer: all that makes the report visible, at once. */
static enum status end_write(struct rpc_call *call, void *context)
{
    struct import *import = context;
    struct db *db = rpc_db(call);
    const slice_slice_source *source = &import->source;
    bool complete, facts_only;
    enum status status = check_identity(import, db, &complete, &facts_only);
    if (status == OK && import->own_part != NULL) status = own_part_put(call, import);
    if (status != OK) return status;
    const struct report_row row = {
        .report_id = source->report_id,
        .digest = source->digest,
        .title = source->title,
        .publisher = source->publisher,
        .as_of = source->as_of,
        .basis = import->collect.basis[0] != '\0' ? import->collect.basis : source->as_of,
        .line_count = import->cover.line_count,
        .facts_only = false,
        .imported_ms = import->begun_ms,
    };
    status = report_put(db, &row);
    if (status == OK) status = counts_write(db, import);
    if (status == OK) {
        status = report_records_put(db, &import->arena, REPORT_ORGANIZATION_UNITS,
                                    source->report_id, &import->units);
    }
    if (status == OK) status = report_import_delete(db, source->report_id);
    return status;
}

static enum status end(struct import *import)
{
    struct collect_owner *own = &import->collect.owners[SERVICE_REPORT];
    import->own_part = NULL;
    if (!own->skipped) {
        import->own_part = collect_request(own, &import->source, true);
        if (import->own_part == NULL) return RESOURCE_EXHAUSTED;
    }
    return rpc_write(import->call, end_write, import);
}

static enum status read_text(struct import *import, const report_import_report_request *in)
{
    const struct import_options options = {.report_id = in->report_id,
                                           .as_of = import->source.as_of};
    const struct import_sink sink = collect_sink(&import->collect);
    enum status status = import_parse(&import->arena, import->text, &options, &sink, &import->cover,
                                      rpc_fault(import->call));
    if (status == OK) status = collect_end(&import->collect);
    if (status == OK) {
        status = organization_read(&import->arena, &import->source, import->text, &import->units);
    }
    return status;
}

enum status report_message_of(struct db *db, struct arena *arena, const struct report_row *row,
                              report_report **out)
{
    report_report *report = arena_alloc(arena, sizeof *report);
    if (report == NULL) return RESOURCE_EXHAUSTED;
    *report = (report_report)REPORT_REPORT_INIT;
    report->id = arena_copy(arena, row->report_id, strlen(row->report_id));
    report->title = arena_copy(arena, row->title, strlen(row->title));
    report->publisher = arena_copy(arena, row->publisher, strlen(row->publisher));
    report->as_of = arena_copy(arena, row->as_of, strlen(row->as_of));
    report->digest = arena_copy(arena, row->digest, strlen(row->digest));
    if (report->id == NULL || report->title == NULL || report->publisher == NULL ||
        report->as_of == NULL || report->digest == NULL) {
        return RESOURCE_EXHAUSTED;
    }
    report->line_count = row->line_count;
    report->facts_only = row->facts_only;
    struct message_list kinds, owners;
    enum status status = report_kind_list(db, arena, row->report_id, &kinds);
    if (status == OK) status = report_owner_list(db, arena, row->report_id, &owners);
    if (status != OK) return status;
    report->kinds = (report_kind_count **)(void *)kinds.items;
    report->n_kinds = kinds.count;
    report->owners = (report_owner_count **)(void *)owners.items;
    report->n_owners = owners.count;
    report->complete = true;
    for (size_t i = 0; i < report->n_owners; i++) {
        report->complete = report->complete && report->owners[i]->delivered;
    }
    *out = report;
    return OK;
}

/* The first numerals that could not be read. */
static enum status unread_list(struct db *db, struct arena *arena, const char *report_id,
                               struct message_list *unread)
{
    struct db_rows rows;
    struct report_token_block block;
    enum status status = report_token_blocks(db, &rows, report_id, 0);
    if (status != OK) return status;
    while (unread->count < COLLECT_UNREAD_MAX &&
           (status = report_token_block_next(&rows, &block)) == OK) {
        ProtobufCMessage *message = NULL;
        status = message_unpack(arena, &sotong__report__v1__list_tokens_response__descriptor,
                                block.tokens, &message);
        if (status != OK) break;
        const report_list_tokens_response *page = (const void *)message;
        for (size_t i = 0; status == OK && i < page->n_tokens; i++) {
            if (page->tokens[i]->kind != REPORT_TOKEN_KIND_UNREAD) continue;
            if (unread->count == COLLECT_UNREAD_MAX) break;
            status = message_list_add(arena, unread, &page->tokens[i]->base);
        }
        if (status != OK) break;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* The answer, as the store has it: the same for a first and for a repeated call. */
static enum status answer(struct import *import, struct db *db, report_import_report_response *out)
{
    struct arena *arena = rpc_arena(import->call);
    const char *report_id = import->source.report_id;
    struct report_row row;
    struct message_list remarks, unread = {NULL, 0, 0};
    enum status status = report_get(db, arena, report_id, &row);
    if (status == OK) status = report_message_of(db, arena, &row, &out->report);
    if (status == OK) status = report_remark_list(db, arena, report_id, &remarks);
    if (status != OK) return status;
    int32_t unread_count = 0;
    for (size_t i = 0; i < out->report->n_kinds; i++) {
        const report_kind_count *kind = out->report->kinds[i];
        if (kind->kind == REPORT_TOKEN_KIND_UNREAD) unread_count = kind->count;
    }
    if (unread_count > 0) status = unread_list(db, arena, report_id, &unread);
    out->remarks = (report_remark **)(void *)remarks.items;
    out->n_remarks = remarks.count;
    out->unread = (report_token **)(void *)unread.items;
    out->n_unread = unread.count;
    out->closed_changes = (slice_closed_change **)(void *)import->closed.items;
    out->n_closed_changes = import->closed.count;
    return status;
}

/* Everything after the checks that need no memory of the import's own. */
static enum status import_text(struct import *import, const report_import_report_request *in,
                               report_import_report_response *out)
{
    struct rpc_call *call = import->call;
    bool complete = false, facts_only = false;
    enum status status = check_identity(import, rpc_db(call), &complete, &facts_only);
    if (status == OK && import->stored_as_of != NULL && in->as_of[0] != '\0' &&
        strcmp(in->as_of, import->stored_as_of) != 0) {
        return rpc_fail(call, ALREADY_EXISTS, "report_id: %s was imported as of %s, not as of %s",
                        in->report_id, import->stored_as_of, in->as_of);
    }
    if (status == OK && complete && !facts_only) {
        out->already_imported = true;
        return answer(import, rpc_db(call), out);
    }
    const struct text bytes = {(const char *)in->text.data, in->text.len};
    if (status == OK) status = import_decode(&import->arena, bytes, &import->text, rpc_fault(call));
    if (status == OK) status = read_cover(import, in);
    if (status != OK) return status;
    collect_init(&import->collect, &import->arena, import->source.as_of);
    import->collect.part_full = on_part_full;
    import->collect.context = import;
    status = owners_prepare(import, facts_only);
    if (status == OK) status = read_text(import, in);
    if (status == OK) status = deliver(import);
    if (status == OK) status = end(import);
    collect_free(&import->collect);
    return status == OK ? answer(import, rpc_db(call), out) : status;
}

enum status report_import_run(struct report *self, struct rpc_call *call,
                              const report_import_report_request *in,
                              report_import_report_response *out)
{
    if (in->text.len == 0) return rpc_violation(call, "text", "it is empty");
    if (in->text.len > IMPORT_TEXT_BYTES_MAX) {
        return rpc_fail(call, RESOURCE_EXHAUSTED, "text is %zu bytes; at most %d", in->text.len,
                        IMPORT_TEXT_BYTES_MAX);
    }
    char digest[DIGEST_STRING_BYTES];
    if (digest_of(in->text.data, in->text.len, digest) != OK) return INTERNAL;
    struct import import = {.self = self, .call = call};
    import.source = (slice_slice_source)SLICE_SLICE_SOURCE_INIT;
    import.source.report_id = in->report_id;
    import.source.digest = digest;
    arena_init(&import.arena, IMPORT_ARENA_BYTES_MAX);
    enum status status = import_text(&import, in, out);
    arena_free(&import.arena);
    if (status == RESOURCE_EXHAUSTED && rpc_fault(call)->message[0] == '\0') {
        return rpc_fail(call, status, "the report needs more memory than %d MiB",
                        IMPORT_ARENA_BYTES_MAX / (1024 * 1024));
    }
    return status;
}
