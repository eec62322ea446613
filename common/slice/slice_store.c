#include "slice/slice_store.h"

#include <stdio.h>
#include <string.h>

#include "rpc/codec/rpc_codec.h"
#include "slice/slice_search.h"
#include "slice_sql.h"

enum {
    STATE_STAGED = 0,
    STATE_COMMITTED = 1,
    DIGEST_SHOWN = 12, /* Characters of a digest that a message shows. */
    MESSAGE_BYTES_MAX = 64 * 1024 * 1024,
};

/* What the store knows of a report's slice in one state. */
struct slice_row_state {
    int64_t id; /* 0: there is none. */
    char digest[65];
    int64_t part_count, figure_count, table_count;
};

/* Names what does not belong: an owner or a report id that is not the request's. */
static bool owned_check(const struct slice *slice, const char *owner, const type_citation *citation,
                        const char *report_id, struct slice_violation *violation)
{
    if (owner[0] != '\0' && strcmp(owner, slice->service) != 0) {
        (void)snprintf(violation->field, sizeof violation->field, "owner");
        (void)snprintf(violation->description, sizeof violation->description,
                       "is \"%.64s\"; this service stores what \"%s\" owns", owner, slice->service);
        return false;
    }
    const char *cited = citation == NULL ? "" : citation->report_id;
    if (cited[0] != '\0' && strcmp(cited, report_id) != 0) {
        (void)snprintf(violation->field, sizeof violation->field, "citation.report_id");
        (void)snprintf(violation->description, sizeof violation->description,
                       "is \"%.64s\"; the slice is of \"%.64s\"", cited, report_id);
        return false;
    }
    return true;
}

/* Puts the list and the item before the field's name. */
static bool violation_place(struct slice_violation *violation, const char *list, size_t item)
{
    char field[sizeof violation->field];
    (void)snprintf(field, sizeof field, "%s[%zu].%.32s", list, item, violation->field);
    memcpy(violation->field, field, sizeof field);
    return false;
}

bool slice_request_check(const struct slice *slice, const slice_put_slice_request *in,
                         struct slice_violation *violation)
{
    const char *report_id = in->source->report_id;
    for (size_t i = 0; i < in->n_figures; i++) {
        const slice_figure *figure = in->figures[i];
        if (!owned_check(slice, figure->owner, figure->citation, report_id, violation)) {
            return violation_place(violation, "figures", i);
        }
    }
    for (size_t i = 0; i < in->n_tables; i++) {
        const slice_table *table = in->tables[i];
        if (!owned_check(slice, table->owner, table->citation, report_id, violation)) {
            return violation_place(violation, "tables", i);
        }
    }
    return true;
}

static enum status state_find(struct db *db, const char *report_id, int state,
                              struct slice_row_state *out)
{
    struct db_rows rows;
    enum status status =
        db_query(db, &rows, &slice_slice_find_sql, DB_TEXT(report_id), DB_INT(state));
    if (status != OK) return status;
    *out = (struct slice_row_state){0};
    status = db_next(&rows);
    if (status == OK) {
        struct text digest = db_text(&rows, 1);
        out->id = db_int(&rows, 0);
        (void)snprintf(out->digest, sizeof out->digest, "%.*s", (int)digest.length, digest.bytes);
        out->part_count = db_int(&rows, 2);
        out->figure_count = db_int(&rows, 3);
        out->table_count = db_int(&rows, 4);
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status slice_is_held(struct db *db, const char *report_id)
{
    struct slice_row_state committed;
    enum status status = state_find(db, report_id, STATE_COMMITTED, &committed);
    if (status != OK) return status;
    return committed.id != 0 ? OK : NOT_FOUND;
}

/* Part 0: another slice may begin. */
static enum status staged_begin(struct db *db, const slice_slice_source *source,
                                struct slice_row_state *staged)
{
    enum status status = OK;
    if (staged->id != 0) status = db_run(db, &slice_slice_delete_sql, DB_INT(staged->id));
    if (status != OK) return status;
    *staged = (struct slice_row_state){0};
    (void)snprintf(staged->digest, sizeof staged->digest, "%s", source->digest);
    return db_query_int(db, &staged->id, &slice_slice_stage_sql, DB_TEXT(source->report_id),
                        DB_TEXT(source->digest), DB_TEXT(source->title), DB_TEXT(source->as_of),
                        DB_TEXT(source->publisher));
}

/* A later part: it must follow the one before. */
static enum status staged_check(const slice_put_slice_request *in,
                                const struct slice_row_state *staged, struct fault *fault)
{
    const char *report_id = in->source->report_id;
    if (staged->id == 0) {
        return fault_set(fault, FAILED_PRECONDITION,
                         "part %d of report %s came, but no part is staged; begin with part 0",
                         in->part, report_id);
    }
    if (strcmp(staged->digest, in->source->digest) != 0) {
        return fault_set(fault, FAILED_PRECONDITION,
                         "part %d of report %s has the digest %.*s…, but the parts before it "
                         "%.*s…; begin again with part 0",
                         in->part, report_id, DIGEST_SHOWN, in->source->digest, DIGEST_SHOWN,
                         staged->digest);
    }
    if (staged->part_count != in->part) {
        return fault_set(fault, FAILED_PRECONDITION,
                         "part %d of report %s came, but part %d is next; begin again with part 0",
                         in->part, report_id, (int)staged->part_count);
    }
    return OK;
}

/* What storing the items of a part needs. */
struct writer {
    struct db *db;
    struct slice_folder folder;
    struct buffer message;
    struct slice_row_state *staged;
};

static enum status figure_store(struct writer *writer, const slice_figure *figure)
{
    struct slice_figure_texts texts;
    enum status status = slice_figure_fold(&writer->folder, figure, &texts);
    buffer_clear(&writer->message);
    if (status == OK) status = rpc_encode(&figure->base, &writer->message);
    if (status != OK) return status;
    status = db_run(writer->db, &slice_figure_insert_sql, DB_INT(writer->staged->id),
                    DB_INT(figure->citation->line), DB_INT(figure->citation->column),
                    DB_INT(writer->staged->figure_count), DB_TEXT(figure->quantity->unit),
                    DB_TEXT(texts.labels), DB_TEXT(texts.place),
                    DB_BYTES(writer->message.bytes, writer->message.length));
    if (status == OK) writer->staged->figure_count++;
    return status;
}

static enum status table_store(struct writer *writer, const slice_table *table)
{
    const char *search;
    enum status status = slice_table_fold(&writer->folder, table, &search);
    buffer_clear(&writer->message);
    if (status == OK) status = rpc_encode(&table->base, &writer->message);
    if (status != OK) return status;
    status = db_run(writer->db, &slice_table_insert_sql, DB_INT(writer->staged->id),
                    DB_INT(table->citation->line), DB_INT(table->citation->column),
                    DB_INT(writer->staged->table_count), DB_TEXT(search),
                    DB_BYTES(writer->message.bytes, writer->message.length));
    if (status == OK) writer->staged->table_count++;
    return status;
}

static enum status items_store(struct db *db, const slice_put_slice_request *in,
                               struct slice_row_state *staged)
{
    struct writer writer = {.db = db, .staged = staged};
    slice_folder_init(&writer.folder);
    buffer_init(&writer.message, MESSAGE_BYTES_MAX);
    enum status status = OK;
    for (size_t i = 0; status == OK && i < in->n_figures; i++)
        status = figure_store(&writer, in->figures[i]);
    for (size_t i = 0; status == OK && i < in->n_tables; i++)
        status = table_store(&writer, in->tables[i]);
    buffer_free(&writer.message);
    slice_folder_free(&writer.folder);
    if (status != OK) return status;
    staged->part_count = in->part + 1;
    return db_run(db, &slice_slice_progress_sql, DB_INT(staged->id), DB_INT(staged->part_count),
                  DB_INT(staged->figure_count), DB_INT(staged->table_count));
}

/* Makes the staged slice the visible one and lets the owner derive its records from it. */
static enum status staged_commit(struct slice *slice, struct db *db, struct arena *arena,
                                 const slice_slice_source *source, int64_t old_id, int64_t new_id,
                                 slice_put_slice_response *out, struct fault *fault)
{
    enum status status = OK;
    if (old_id != 0) status = db_run(db, &slice_slice_delete_sql, DB_INT(old_id));
    if (status == OK) status = db_run(db, &slice_slice_commit_sql, DB_INT(new_id));
    if (status != OK || slice->derive == NULL) return status;
    status = slice->derive(slice->self, db, arena, source, out, fault);
    if (status != OK) return status;
    return db_run(db, &slice_slice_records_set_sql, DB_INT(new_id), DB_INT(out->record_count));
}

enum status slice_put(struct slice *slice, struct db *db, struct arena *arena,
                      const slice_put_slice_request *in, slice_put_slice_response *out,
                      struct fault *fault)
{
    const slice_slice_source *source = in->source;
    struct slice_row_state committed;
    struct slice_row_state staged;
    enum status status = state_find(db, source->report_id, STATE_COMMITTED, &committed);
    if (status == OK) status = state_find(db, source->report_id, STATE_STAGED, &staged);
    if (status != OK) return status;
    if (committed.id != 0 && strcmp(committed.digest, source->digest) != 0) {
        return fault_set(fault, ALREADY_EXISTS,
                         "report %s is held here from another text: its digest is %.*s…, not %.*s…",
                         source->report_id, DIGEST_SHOWN, committed.digest, DIGEST_SHOWN,
                         source->digest);
    }
    status = in->part == 0 ? staged_begin(db, source, &staged) : staged_check(in, &staged, fault);
    if (status == OK) status = items_store(db, in, &staged);
    if (status == OK && in->last) {
        status = staged_commit(slice, db, arena, source, committed.id, staged.id, out, fault);
    }
    if (status != OK) return status;
    out->committed = in->last;
    out->figure_count = (int32_t)staged.figure_count;
    out->table_count = (int32_t)staged.table_count;
    return OK;
}
