#include "slice/slice.h"
#include "slice/slice_page.h"
#include "slice_sql.h"

/* Whose turn a message is: the table or the figure visitor, never both. */
struct visit {
    slice_table_visitor *table;
    slice_figure_visitor *figure;
    void *context;
};

static enum status hand_over(const struct visit *visit, const ProtobufCMessage *message)
{
    if (visit->table != NULL) return visit->table(visit->context, (const slice_table *)message);
    return visit->figure(visit->context, (const slice_figure *)message);
}

/* Each row's first column is a message of this type. */
static enum status visit_rows(struct db *db, struct arena *arena, const char *report_id,
                              const struct db_sql *sql, const struct rpc_message *type,
                              const struct visit *visit)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, sql, DB_TEXT(report_id));
    if (status != OK) return status;
    enum status ended;
    while (status == OK && (ended = db_next(&rows)) != NOT_FOUND) {
        ProtobufCMessage *message;
        status = ended;
        if (status == OK) status = slice_message_read(&rows, 0, arena, type, &message);
        if (status == OK) status = hand_over(visit, message);
    }
    db_end(&rows);
    return status;
}

enum status slice_visit_tables(struct db *db, struct arena *arena, const char *report_id,
                               slice_table_visitor *visitor, void *context)
{
    const struct visit visit = {.table = visitor, .context = context};
    return visit_rows(db, arena, report_id, &slice_table_list_sql, &slice_table_type, &visit);
}

enum status slice_visit_figures(struct db *db, struct arena *arena, const char *report_id,
                                slice_figure_visitor *visitor, void *context)
{
    const struct visit visit = {.figure = visitor, .context = context};
    return visit_rows(db, arena, report_id, &slice_figure_list_sql, &slice_figure_type, &visit);
}
