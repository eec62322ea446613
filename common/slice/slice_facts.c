/* Facts: slices kept as data beside a service, so that a fresh machine has something to show. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/log.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json.h"
#include "slice/slice.h"
#include "slice/slice_store.h"
#include "slice_sql.h"

enum {
    PATH_BYTES_MAX = 4096,
    FILE_BYTES_MAX = 64 * 1024 * 1024,
    FILE_READ_BYTES = 64 * 1024,
    ARENA_BYTES_MAX = 512 * 1024 * 1024,
};

/* One file of facts, while it is loaded. */
struct facts {
    const char *path;
    const char *name; /* Without its folder: the store remembers this. */
    char digest[DIGEST_STRING_BYTES];
    struct fault *fault;
};

static enum status file_read(const char *path, struct buffer *out, struct fault *fault)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) return fault_set(fault, UNAVAILABLE, "%s: %s", path, strerror(errno));
    enum status status = OK;
    size_t length = 1;
    while (status == OK && length > 0) {
        uint8_t *end;
        status = buffer_reserve(out, FILE_READ_BYTES, &end);
        if (status != OK) break;
        length = fread(end, 1, FILE_READ_BYTES, file);
        out->length += length;
    }
    if (status != OK) {
        fault_set(fault, status, "%s: over %d bytes, or no memory", path, FILE_BYTES_MAX);
    } else if (ferror(file) != 0) {
        status = fault_set(fault, UNAVAILABLE, "%s: cannot be read", path);
    }
    (void)fclose(file);
    return status;
}

static bool first_violation(void *context, const char *field_path, const char *description)
{
    const struct facts *facts = context;
    fault_set(facts->fault, INVALID_ARGUMENT, "%s: %s: %s", facts->path, field_path, description);
    return false;
}

static enum status request_read(struct arena *arena, const struct slice *slice, struct text json,
                                struct facts *facts, slice_put_slice_request **out)
{
    struct fault cause = {0};
    ProtobufCMessage *message;
    enum status status =
        rpc_json_read(arena, json, &slice_put_slice_request_type, false, &message, &cause);
    if (status != OK) return fault_set(facts->fault, status, "%s: %s", facts->path, cause.message);
    if (!rpc_check_bounds(&slice_put_slice_request_type, message, first_violation, facts)) {
        return INVALID_ARGUMENT;
    }
    slice_put_slice_request *request = (slice_put_slice_request *)message;
    if (request->part != 0 || !request->last) {
        return fault_set(facts->fault, INVALID_ARGUMENT, "%s: part must be 0 and last true",
                         facts->path);
    }
    struct slice_violation violation;
    if (!slice_request_check(slice, request, &violation)) {
        return fault_set(facts->fault, INVALID_ARGUMENT, "%s: %s %s", facts->path, violation.field,
                         violation.description);
    }
    *out = request;
    return OK;
}

/* Stores the slice unless its report is held already, and remembers the file. */
static enum status request_store(struct slice *slice, struct db *db, struct arena *arena,
                                 const slice_put_slice_request *request, const struct facts *facts)
{
    assert(request != NULL);
    struct fault cause = {0};
    slice_put_slice_response response = SLICE_PUT_SLICE_RESPONSE_INIT;
    enum status status = db_begin(db);
    if (status != OK) return fault_set(facts->fault, status, "%s: cannot begin", facts->path);
    status = slice_is_held(db, request->source->report_id);
    if (status == NOT_FOUND) status = slice_put(slice, db, arena, request, &response, &cause);
    if (status == OK) {
        status = db_run(db, &slice_facts_set_sql, DB_TEXT(facts->name), DB_TEXT(facts->digest));
    }
    if (status == OK) status = db_commit(db);
    if (status == OK && response.committed) {
        log_write(LOG_INFO, "facts %s: %d figures, %d tables, %d records", facts->name,
                  (int)response.figure_count, (int)response.table_count,
                  (int)response.record_count);
    }
    if (status == OK) return OK;
    db_rollback(db);
    return fault_set(facts->fault, status, "%s: %s", facts->path,
                     cause.message[0] != '\0' ? cause.message : status_name(status));
}

static enum status facts_load(struct slice *slice, struct db *db, struct facts *facts)
{
    struct buffer json;
    buffer_init(&json, FILE_BYTES_MAX);
    struct arena arena;
    arena_init(&arena, ARENA_BYTES_MAX);
    slice_put_slice_request *request = NULL;
    int64_t seen = 0;
    enum status status = file_read(facts->path, &json, facts->fault);
    if (status != OK) goto done;
    status = digest_of(json.bytes, json.length, facts->digest);
    if (status == OK) {
        status = db_query_int(db, &seen, &slice_facts_count_sql, DB_TEXT(facts->name),
                              DB_TEXT(facts->digest));
    }
    if (status != OK) {
        fault_set(facts->fault, status, "%s: the store cannot say if it was loaded", facts->path);
        goto done;
    }
    if (seen > 0) goto done;
    struct text text = {(const char *)json.bytes, json.length};
    status = request_read(&arena, slice, text, facts, &request);
    if (status == OK) status = request_store(slice, db, &arena, request, facts);
done:
    arena_free(&arena);
    buffer_free(&json);
    return status;
}

static int is_json(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && text_ends_with(text_from(entry->d_name), text_from(".json"));
}

enum status slice_load_facts(struct slice *slice, struct db *writer, const char *directory,
                             struct fault *fault)
{
    if (directory == NULL) return OK;
    struct dirent **entries;
    int count = scandir(directory, &entries, is_json, alphasort);
    if (count < 0 && errno == ENOENT) return OK;
    if (count < 0) {
        return fault_set(fault, UNAVAILABLE, "%s cannot be read: %s", directory, strerror(errno));
    }
    enum status status = OK;
    for (int i = 0; i < count; i++) {
        char path[PATH_BYTES_MAX];
        int length = snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
        struct facts facts = {.path = path, .name = entries[i]->d_name, .fault = fault};
        if (status == OK && length >= PATH_BYTES_MAX) {
            status = fault_set(fault, INVALID_ARGUMENT, "%s: the path is too long", directory);
        }
        if (status == OK) status = facts_load(slice, writer, &facts);
        free(entries[i]);
    }
    free(entries);
    return status;
}

enum status slice_open(struct slice *slice, struct db *writer, const char *facts_directory,
                       struct fault *fault)
{
    enum status status = db_migrate(writer, slice_migrations, slice_migration_count, fault);
    if (status != OK) return status;
    return slice_load_facts(slice, writer, facts_directory, fault);
}
