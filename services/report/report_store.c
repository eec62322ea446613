#include "report_store.h"

#include "base/clock.h"
#include "report_sql.h"
#include "rpc/codec/rpc_codec.h"

/* A text column in the arena; *status becomes RESOURCE_EXHAUSTED where there is no memory. */
static const char *column(const struct db_rows *rows, int index, struct arena *arena,
                          enum status *status)
{
    char *copy = db_copy(rows, index, arena);
    if (copy == NULL) *status = RESOURCE_EXHAUSTED;
    return copy;
}

static enum status row_read(const struct db_rows *rows, struct arena *arena, struct report_row *row)
{
    enum status status = OK;
    *row = (struct report_row){
        .report_id = column(rows, 0, arena, &status),
        .digest = column(rows, 1, arena, &status),
        .title = column(rows, 2, arena, &status),
        .publisher = column(rows, 3, arena, &status),
        .as_of = column(rows, 4, arena, &status),
        .basis = column(rows, 5, arena, &status),
        .line_count = (int32_t)db_int(rows, 6),
        .facts_only = db_int(rows, 7) != 0,
        .imported_ms = db_int(rows, 8),
    };
    return status;
}

enum status report_get(struct db *db, struct arena *arena, const char *report_id,
                       struct report_row *row)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &report_report_get_sql, DB_TEXT(report_id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = row_read(&rows, arena, row);
    db_end(&rows);
    return status;
}

/* Reads all rows of a query of reports and ends it. */
static enum status rows_read(struct db_rows *rows, struct arena *arena, struct report_row **out,
                             size_t *count)
{
    struct report_row *items = NULL;
    size_t length = 0, capacity = 0;
    enum status status;
    while ((status = db_next(rows)) == OK) {
        if (length == capacity) {
            void *grown = arena_grow(arena, items, length, &capacity, sizeof *items);
            if (grown == NULL)
                status = RESOURCE_EXHAUSTED;
            else
                items = grown;
        }
        if (status == OK) status = row_read(rows, arena, &items[length]);
        if (status != OK) break;
        length++;
    }
    db_end(rows);
    if (status != NOT_FOUND) return status;
    *out = items;
    *count = length;
    return OK;
}

enum status report_list(struct db *db, struct arena *arena, const char *as_of,
                        const char *report_id, int limit, struct report_row **rows, size_t *count)
{
    struct db_rows query;
    enum status status = db_query(db, &query, &report_report_list_sql, DB_TEXT(as_of),
                                  DB_TEXT(report_id), DB_INT(limit));
    if (status != OK) return status;
    return rows_read(&query, arena, rows, count);
}

enum status report_latest(struct db *db, struct arena *arena, const char *as_of,
                          const char *publisher, struct report_row **rows, size_t *count)
{
    struct db_rows query;
    enum status status =
        db_query(db, &query, &report_report_latest_sql, DB_TEXT(as_of), DB_TEXT(publisher));
    if (status != OK) return status;
    return rows_read(&query, arena, rows, count);
}

enum status report_put(struct db *db, const struct report_row *row)
{
    return db_run(db, &report_report_put_sql, DB_TEXT(row->report_id), DB_TEXT(row->digest),
                  DB_TEXT(row->title), DB_TEXT(row->publisher), DB_TEXT(row->as_of),
                  DB_TEXT(row->basis), DB_INT(row->line_count), DB_INT(row->facts_only),
                  row->imported_ms == 0 ? DB_NULL : DB_INT(row->imported_ms));
}

enum status report_import_get(struct db *db, struct arena *arena, const char *report_id,
                              const char **digest, const char **as_of, int64_t *begun_ms)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &report_import_get_sql, DB_TEXT(report_id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        *digest = column(&rows, 0, arena, &status);
        *as_of = column(&rows, 1, arena, &status);
        *begun_ms = db_int(&rows, 2);
    }
    db_end(&rows);
    return status;
}

enum status report_import_put(struct db *db, const char *report_id, const char *digest,
                              const char *as_of)
{
    return db_run(db, &report_import_put_sql, DB_TEXT(report_id), DB_TEXT(digest), DB_TEXT(as_of),
                  DB_INT(clock_now_ms()));
}

enum status report_import_delete(struct db *db, const char *report_id)
{
    return db_run(db, &report_import_delete_sql, DB_TEXT(report_id));
}

/* How one row becomes a message. */
typedef enum status row_reader(const struct db_rows *rows, struct arena *arena,
                               ProtobufCMessage **out);

static enum status list_read(struct db *db, struct arena *arena, const struct db_sql *sql,
                             const char *report_id, row_reader *reader, struct message_list *list)
{
    struct db_rows rows;
    *list = (struct message_list){NULL, 0, 0};
    enum status status = db_query(db, &rows, sql, DB_TEXT(report_id));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        ProtobufCMessage *message = NULL;
        status = reader(&rows, arena, &message);
        if (status == OK) status = message_list_add(arena, list, message);
        if (status != OK) break;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

static enum status owner_read(const struct db_rows *rows, struct arena *arena,
                              ProtobufCMessage **out)
{
    report_owner_count *owner = arena_alloc(arena, sizeof *owner);
    if (owner == NULL) return RESOURCE_EXHAUSTED;
    enum status status = OK;
    *owner = (report_owner_count)REPORT_OWNER_COUNT_INIT;
    owner->owner = db_copy(rows, 0, arena);
    owner->figure_count = (int32_t)db_int(rows, 1);
    owner->table_count = (int32_t)db_int(rows, 2);
    owner->record_count = (int32_t)db_int(rows, 3);
    owner->delivered = db_int(rows, 4) != 0;
    owner->failure = db_copy(rows, 5, arena);
    if (owner->owner == NULL || owner->failure == NULL) status = RESOURCE_EXHAUSTED;
    *out = &owner->base;
    return status;
}

enum status report_owner_list(struct db *db, struct arena *arena, const char *report_id,
                              struct message_list *owners)
{
    return list_read(db, arena, &report_owner_list_sql, report_id, owner_read, owners);
}

enum status report_owner_put(struct db *db, const char *report_id, int position,
                             const report_owner_count *owner)
{
    return db_run(db, &report_owner_put_sql, DB_TEXT(report_id), DB_TEXT(owner->owner),
                  DB_INT(position), DB_INT(owner->figure_count), DB_INT(owner->table_count),
                  DB_INT(owner->record_count), DB_INT(owner->delivered), DB_TEXT(owner->failure));
}

static enum status kind_read(const struct db_rows *rows, struct arena *arena,
                             ProtobufCMessage **out)
{
    report_kind_count *kind = arena_alloc(arena, sizeof *kind);
    if (kind == NULL) return RESOURCE_EXHAUSTED;
    *kind = (report_kind_count)REPORT_KIND_COUNT_INIT;
    kind->kind = (report_token_kind)db_int(rows, 0);
    kind->count = (int32_t)db_int(rows, 1);
    *out = &kind->base;
    return OK;
}

enum status report_kind_list(struct db *db, struct arena *arena, const char *report_id,
                             struct message_list *kinds)
{
    return list_read(db, arena, &report_kind_list_sql, report_id, kind_read, kinds);
}

enum status report_kind_put(struct db *db, const char *report_id, const report_kind_count *kind)
{
    return db_run(db, &report_kind_put_sql, DB_TEXT(report_id), DB_INT(kind->kind),
                  DB_INT(kind->count));
}

static enum status remark_read(const struct db_rows *rows, struct arena *arena,
                               ProtobufCMessage **out)
{
    report_remark *remark = arena_alloc(arena, sizeof *remark);
    if (remark == NULL) return RESOURCE_EXHAUSTED;
    *remark = (report_remark)REPORT_REMARK_INIT;
    remark->line = (int32_t)db_int(rows, 0);
    remark->message = db_copy(rows, 1, arena);
    *out = &remark->base;
    return remark->message == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status report_remark_list(struct db *db, struct arena *arena, const char *report_id,
                               struct message_list *remarks)
{
    return list_read(db, arena, &report_remark_list_sql, report_id, remark_read, remarks);
}

enum status report_remark_put(struct db *db, const char *report_id, int position,
                              const report_remark *remark)
{
    return db_run(db, &report_remark_put_sql, DB_TEXT(report_id), DB_INT(position),
                  DB_INT(remark->line), DB_TEXT(remark->message));
}

enum status report_token_block_put(struct db *db, const char *report_id,
                                   const struct report_token_block *block)
{
    return db_run(db, &report_token_block_put_sql, DB_TEXT(report_id), DB_INT(block->block),
                  DB_BYTES(block->tokens.bytes, block->tokens.length));
}

enum status report_reading_delete(struct db *db, const char *report_id)
{
    enum status status = db_run(db, &report_kind_delete_sql, DB_TEXT(report_id));
    if (status == OK) status = db_run(db, &report_remark_delete_sql, DB_TEXT(report_id));
    if (status == OK) status = db_run(db, &report_token_block_delete_sql, DB_TEXT(report_id));
    if (status == OK) status = db_run(db, &report_organization_unit_delete_sql, DB_TEXT(report_id));
    return status;
}

enum status report_token_blocks(struct db *db, struct db_rows *rows, const char *report_id,
                                int64_t block)
{
    return db_query(db, rows, &report_token_block_list_sql, DB_TEXT(report_id), DB_INT(block));
}

enum status report_token_block_next(struct db_rows *rows, struct report_token_block *block)
{
    enum status status = db_next(rows);
    if (status != OK) return status;
    *block = (struct report_token_block){.block = db_int(rows, 0), .tokens = db_bytes(rows, 1)};
    return OK;
}

/* The statements and the message of each table of records. */
static const struct record_table {
    const struct db_sql *list, *put, *delete;
    const ProtobufCMessageDescriptor *descriptor;
} record_tables[REPORT_RECORDS_COUNT] = {
    [REPORT_HEADCOUNTS] = {&report_headcount_list_sql, &report_headcount_put_sql,
                           &report_headcount_delete_sql,
                           &sotong__report__v1__headcount__descriptor},
    [REPORT_AUDIT_FINDINGS] = {&report_audit_finding_list_sql, &report_audit_finding_put_sql,
                               &report_audit_finding_delete_sql,
                               &sotong__report__v1__audit_finding__descriptor},
    [REPORT_ORGANIZATION_UNITS] = {&report_organization_unit_list_sql,
                                   &report_organization_unit_put_sql,
                                   &report_organization_unit_delete_sql,
                                   &sotong__report__v1__organization_unit__descriptor},
};

enum status report_records_list(struct db *db, struct arena *arena, enum report_records records,
                                const char *report_id, struct message_list *list)
{
    const struct record_table *table = &record_tables[records];
    struct db_rows rows;
    *list = (struct message_list){NULL, 0, 0};
    enum status status = db_query(db, &rows, table->list, DB_TEXT(report_id));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        ProtobufCMessage *message = NULL;
        status = message_unpack(arena, table->descriptor, db_bytes(&rows, 0), &message);
        if (status == OK) status = message_list_add(arena, list, message);
        if (status != OK) break;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status report_records_put(struct db *db, struct arena *arena, enum report_records records,
                               const char *report_id, const struct message_list *list)
{
    const struct record_table *table = &record_tables[records];
    enum status status = db_run(db, table->delete, DB_TEXT(report_id));
    for (size_t i = 0; status == OK && i < list->count; i++) {
        struct text bytes;
        status = message_pack(arena, list->items[i], &bytes);
        if (status != OK) break;
        status = db_run(db, table->put, DB_TEXT(report_id), DB_INT((int64_t)i),
                        DB_BYTES(bytes.bytes, bytes.length));
    }
    return status;
}

enum status report_records_count(struct db *db, int64_t *count)
{
    return db_query_int_values(db, count, &report_record_count_sql, NULL, 0);
}

enum status report_summary_get(struct db *db, struct arena *arena, const char *report_id,
                               const char **summary)
{
    struct db_rows rows;
    enum status status =
        db_query(db, &rows, &report_organization_summary_get_sql, DB_TEXT(report_id));
    if (status != OK) return status;
    *summary = "";
    status = db_next(&rows);
    if (status == OK) *summary = column(&rows, 0, arena, &status);
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status report_summary_put(struct db *db, const char *report_id, const char *summary)
{
    return db_run(db, &report_organization_summary_put_sql, DB_TEXT(report_id), DB_TEXT(summary));
}
