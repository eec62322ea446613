#include "runtime_service.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void wait_ms(int32_t ms)
{
    if (ms > 0) (void)usleep((unsigned)ms * 1000);
}

static enum status row_read(struct rpc_call *call, const char *name, runtime_row *out)
{
    struct db_rows rows;
    enum status status = db_query(rpc_db(call), &rows, &runtime_row_get_sql, DB_TEXT(name));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        out->name = arena_printf(rpc_arena(call), "%s", name);
        out->number = db_int(&rows, 0);
        out->text = db_copy(&rows, 1, rpc_arena(call));
        if (out->name == NULL || out->text == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    if (status == NOT_FOUND) return rpc_fail(call, NOT_FOUND, "there is no row %s", name);
    return status;
}

enum status runtime_get_row(struct runtime *self, struct rpc_call *call,
                            const runtime_get_row_request *in, runtime_row *out)
{
    self->runs++;
    return row_read(call, in->name, out);
}

enum status runtime_put_row(struct runtime *self, struct rpc_call *call,
                            const runtime_put_row_request *in, runtime_row *out)
{
    self->runs++;
    wait_ms(in->wait_ms);
    enum status status =
        db_run(rpc_db(call), &runtime_row_insert_sql, DB_TEXT(in->row->name),
               DB_INT(in->row->number), DB_TEXT(in->row->text), DB_TEXT(in->row->parent));
    if (status == ALREADY_EXISTS) return rpc_fail(call, status, "%s exists", in->row->name);
    if (status != OK) return status;
    if (in->fail_after) return rpc_fail(call, ABORTED, "failed as it was told");
    return row_read(call, in->row->name, out);
}

static enum status count(struct runtime *self, struct rpc_call *call,
                         const runtime_count_row_request *in, int64_t by, runtime_row *out)
{
    self->runs++;
    wait_ms(in->wait_ms);
    enum status status = db_run(rpc_db(call), &runtime_row_add_sql, DB_TEXT(in->name), DB_INT(by));
    if (status != OK) return status;
    if (in->fail_after) return rpc_fail(call, ABORTED, "failed as it was told");
    return row_read(call, in->name, out);
}

enum status runtime_count_row(struct runtime *self, struct rpc_call *call,
                              const runtime_count_row_request *in, runtime_row *out)
{
    return count(self, call, in, in->add, out);
}

enum status runtime_discount_row(struct runtime *self, struct rpc_call *call,
                                 const runtime_count_row_request *in, runtime_row *out)
{
    return count(self, call, in, -in->add, out);
}

static enum status add(struct rpc_call *call, void *context)
{
    const runtime_add_to_row_request *in = context;
    enum status status =
        db_run(rpc_db(call), &runtime_row_add_sql, DB_TEXT(in->name), DB_INT(in->add));
    if (status != OK) return status;
    if (db_changes(rpc_db(call)) == 0) return rpc_fail(call, NOT_FOUND, "no row %s", in->name);
    if (in->fail_after) return rpc_fail(call, ABORTED, "failed as it was told");
    return OK;
}

enum status runtime_add_to_row(struct runtime *self, struct rpc_call *call,
                               const runtime_add_to_row_request *in, runtime_row *out)
{
    self->runs++;
    wait_ms(in->wait_ms);
    runtime_add_to_row_request copy = *in;
    enum status status = rpc_write(call, add, &copy);
    return status == OK ? row_read(call, in->name, out) : status;
}

/* ---- Streams ---- */

struct watched {
    const char *name;
    runtime_row row;
};

static enum status watched_read(struct rpc_call *call, void *context)
{
    struct watched *watched = context;
    return row_read(call, watched->name, &watched->row);
}

static enum status watch(struct runtime *self, struct rpc_call *call, const char *name)
{
    for (;;) {
        struct watched watched = {.name = name, .row = RUNTIME_ROW_INIT};
        enum status status = rpc_read(call, watched_read, &watched);
        if (status == OK || status == NOT_FOUND)
            status = runtime_watch_row_send(call, &watched.row);
        self->sent += status == OK;
        if (status == OK) status = rpc_wait_commit(call);
        if (status != OK) return status;
    }
}

enum status runtime_watch_row(struct runtime *self, struct rpc_call *call,
                              const runtime_get_row_request *in)
{
    self->streams++;
    enum status status = watch(self, call, in->name);
    self->streams--;
    return status;
}

struct rows {
    const runtime_row *items[16];
    size_t count;
};

static enum status insert_all(struct rpc_call *call, void *context)
{
    const struct rows *rows = context;
    enum status status = OK;
    for (size_t i = 0; status == OK && i < rows->count; i++)
        status = db_run(rpc_db(call), &runtime_row_insert_sql, DB_TEXT(rows->items[i]->name),
                        DB_INT(rows->items[i]->number), DB_TEXT(rows->items[i]->text),
                        DB_TEXT(rows->items[i]->parent));
    return status;
}

enum status runtime_keep_rows(struct runtime *self, struct rpc_call *call, runtime_row *out)
{
    (void)self;
    struct rows rows = {.count = 0};
    const runtime_row *in = NULL;
    enum status status = runtime_keep_rows_receive(call, &in);
    while (status == OK && in != NULL) {
        if (rows.count == ARRAY_LENGTH(rows.items)) {
            return rpc_fail(call, RESOURCE_EXHAUSTED, "more than %zu rows", rows.count);
        }
        runtime_row *copy = arena_alloc(rpc_arena(call), sizeof *copy);
        if (copy == NULL) return RESOURCE_EXHAUSTED;
        *copy = *in;
        copy->name = arena_copy(rpc_arena(call), in->name, strlen(in->name));
        copy->text = copy->parent = arena_copy(rpc_arena(call), "", 0);
        if (copy->name == NULL || copy->text == NULL) return RESOURCE_EXHAUSTED;
        rows.items[rows.count++] = copy;
        status = runtime_keep_rows_receive(call, &in);
    }
    if (status == OK) status = rpc_write(call, insert_all, &rows);
    out->number = (int64_t)rows.count;
    return status;
}

enum status runtime_fail(struct runtime *self, struct rpc_call *call,
                         const runtime_fail_request *in, runtime_row *out)
{
    (void)out;
    self->runs++;
    enum status status = (enum status)in->code;
    for (size_t i = 0; i < in->n_fields; i++)
        status = rpc_violation(call, in->fields[i], "is wrong");
    if (in->reason[0] != '\0') status = rpc_reason(call, status, in->reason);
    if (in->message[0] != '\0') status = rpc_fail(call, status, "%s", in->message);
    return status;
}

enum status runtime_make_rows(struct runtime *self, struct rpc_call *call,
                              const runtime_make_rows_request *in)
{
    self->runs++;
    runtime_row row = RUNTIME_ROW_INIT;
    row.name = arena_printf(rpc_arena(call), "made");
    row.text = arena_calloc(rpc_arena(call), (size_t)in->text_bytes + 1, 1);
    if (row.name == NULL || row.text == NULL)
        return rpc_fail(call, RESOURCE_EXHAUSTED, "no memory for the row");
    memset(row.text, 'x', (size_t)in->text_bytes);
    enum status status = OK;
    for (row.number = 0; status == OK && (in->count < 0 || row.number < in->count); row.number++) {
        status = runtime_make_rows_send(call, &row);
        self->sent += status == OK;
    }
    return status;
}

enum status runtime_sum_rows(struct runtime *self, struct rpc_call *call, runtime_row *out)
{
    self->runs++;
    const runtime_row *row;
    enum status status;
    while ((status = runtime_sum_rows_receive(call, &row)) == OK && row != NULL)
        out->number += row->number;
    if (status != OK) return status;
    out->name = arena_printf(rpc_arena(call), "sum");
    return out->name == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status runtime_echo_rows(struct runtime *self, struct rpc_call *call)
{
    self->runs++;
    self->streams++;
    const runtime_row *row;
    enum status status;
    while ((status = runtime_echo_rows_receive(call, &row)) == OK && row != NULL) {
        status = runtime_echo_rows_send(call, row);
        if (status != OK) break;
    }
    self->streams--;
    return status;
}

static enum status open_service(const struct app *app,
                                struct app_mount mounts[static APP_MOUNTS_MAX], size_t *mount_count,
                                void **self, struct fault *fault)
{
    (void)app;
    struct runtime *runtime = calloc(1, sizeof *runtime);
    if (runtime == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    mounts[0] = (struct app_mount){&runtime_runtime_service_handlers, runtime};
    *mount_count = 1;
    *self = runtime;
    return OK;
}

static void close_service(void *self)
{
    free(self);
}

const struct app_service runtime_app_service = {
    .name = "runtime",
    .migrations = runtime_migrations,
    .migration_count = 1,
    .open = open_service,
    .close = close_service,
};
