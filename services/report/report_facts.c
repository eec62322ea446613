#include "report_facts.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/log.h"
#include "report_collect.h"
#include "report_store.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json.h"

enum {
    FACTS_PATH_BYTES_MAX = 4096,
    FACTS_NAME_ARENA_BYTES = 16 * 1024, /* A file name and the report of that id. */
    FACTS_FILE_BYTES_MAX = 64 * 1024 * 1024,
    FACTS_ARENA_BYTES_MAX = 256 * 1024 * 1024,
    FACTS_READ_BYTES = 64 * 1024,
};

static const char facts_ending[] = ".json";

static enum status file_read(const char *path, struct buffer *out, struct fault *fault)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) return fault_set(fault, UNAVAILABLE, "%s: %s", path, strerror(errno));
    enum status status = OK;
    for (size_t length = 1; status == OK && length > 0;) {
        uint8_t *end;
        status = buffer_reserve(out, FACTS_READ_BYTES, &end);
        if (status != OK) break;
        length = fread(end, 1, FACTS_READ_BYTES, file);
        out->length += length;
    }
    if (status != OK) {
        fault_set(fault, status, "%s: over %d bytes, or no memory", path, FACTS_FILE_BYTES_MAX);
    } else if (ferror(file) != 0) {
        status = fault_set(fault, UNAVAILABLE, "%s: cannot be read", path);
    }
    (void)fclose(file);
    return status;
}

/* Numerals go into the store in blocks, as those of an import do. */
static enum status tokens_put(struct db *db, struct arena *arena, const report_report_facts *facts)
{
    enum status status = OK;
    int64_t number = 0;
    for (size_t first = 0; status == OK && first < facts->n_tokens; first += COLLECT_BLOCK_TOKENS) {
        size_t left = facts->n_tokens - first;
        report_list_tokens_response page = REPORT_LIST_TOKENS_RESPONSE_INIT;
        page.tokens = facts->tokens + first;
        page.n_tokens = left < COLLECT_BLOCK_TOKENS ? left : COLLECT_BLOCK_TOKENS;
        struct report_token_block block = {.block = number++};
        status = message_pack(arena, &page.base, &block.tokens);
        if (status == OK) status = report_token_block_put(db, facts->report->id, &block);
    }
    return status;
}

static enum status facts_put(struct db *db, struct arena *arena, const report_report_facts *facts)
{
    const report_report *report = facts->report;
    const struct report_row row = {
        .report_id = report->id,
        .digest = report->digest,
        .title = report->title,
        .publisher = report->publisher,
        .as_of = report->as_of,
        .basis = facts->basis[0] != '\0' ? facts->basis : report->as_of,
        .line_count = report->line_count,
        .facts_only = true,
    };
    enum status status = report_put(db, &row);
    for (size_t i = 0; status == OK && i < report->n_owners; i++) {
        status = report_owner_put(db, report->id, (int)i, report->owners[i]);
    }
    for (size_t i = 0; status == OK && i < report->n_kinds; i++) {
        status = report_kind_put(db, report->id, report->kinds[i]);
    }
    if (status == OK) status = tokens_put(db, arena, facts);
    const struct message_list units = {(ProtobufCMessage **)(void *)facts->units, facts->n_units,
                                       facts->n_units};
    if (status == OK) {
        status = report_records_put(db, arena, REPORT_ORGANIZATION_UNITS, report->id, &units);
    }
    return status;
}

static enum status file_load(struct db *db, const char *path, struct fault *fault)
{
    struct fault cause = {""};
    struct arena arena;
    struct buffer json;
    ProtobufCMessage *message = NULL;
    arena_init(&arena, FACTS_ARENA_BYTES_MAX);
    buffer_init(&json, FACTS_FILE_BYTES_MAX);
    enum status status = file_read(path, &json, fault);
    if (status != OK) goto done;
    status = rpc_json_read(&arena, (struct text){(const char *)json.bytes, json.length},
                           &report_report_facts_type, false, &message, &cause);
    if (status != OK) {
        status = fault_set(fault, status, "%s: %s", path, cause.message);
        goto done;
    }
    const report_report_facts *facts = (const void *)message;
    if (facts->report == NULL || facts->report->id[0] == '\0') {
        status = fault_set(fault, INVALID_ARGUMENT, "%s: report.id: it is empty", path);
        goto done;
    }
    status = db_begin(db);
    if (status == OK) {
        status = facts_put(db, &arena, facts);
        if (status == OK) status = db_commit(db);
        if (status != OK) db_rollback(db);
    }
    if (status == OK) {
        log_write(LOG_INFO, "facts of report %s: %zu numerals", facts->report->id, facts->n_tokens);
    } else {
        fault_set(fault, status, "%s: %s", path, status_name(status));
    }
done:
    buffer_free(&json);
    arena_free(&arena);
    return status;
}

/* One file of the directory: skipped where the store has its report. */
static enum status entry_load(struct db *db, const char *directory, const char *name,
                              struct fault *fault)
{
    struct text text = text_from(name);
    if (!text_ends_with(text, text_from(facts_ending))) return OK;
    struct arena arena;
    struct report_row row;
    arena_init(&arena, FACTS_NAME_ARENA_BYTES);
    char path[FACTS_PATH_BYTES_MAX];
    char *report_id = arena_copy(&arena, name, text.length - strlen(facts_ending));
    enum status status =
        report_id == NULL ? RESOURCE_EXHAUSTED : report_get(db, &arena, report_id, &row);
    arena_free(&arena);
    if (status == OK) return OK;
    if (status != NOT_FOUND) return fault_set(fault, status, "%s: %s", name, status_name(status));
    int length = snprintf(path, sizeof path, "%s/%s", directory, name);
    if (length < 0 || length >= FACTS_PATH_BYTES_MAX) {
        return fault_set(fault, INVALID_ARGUMENT, "%s: the path is longer than %d bytes", name,
                         FACTS_PATH_BYTES_MAX);
    }
    return file_load(db, path, fault);
}

enum status report_facts_load(struct db *writer, const char *directory, struct fault *fault)
{
    DIR *folder = opendir(directory);
    if (folder == NULL) {
        if (errno == ENOENT) return OK;
        return fault_set(fault, UNAVAILABLE, "%s: %s", directory, strerror(errno));
    }
    enum status status = OK;
    const struct dirent *entry;
    while (status == OK && (entry = readdir(folder)) != NULL) {
        status = entry_load(writer, directory, entry->d_name, fault);
    }
    (void)closedir(folder);
    return status;
}
