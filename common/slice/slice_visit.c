#include "slice/slice.h"
#include "slice/slice_page.h"
#include "slice_sql.h"

enum status slice_visit_tables(struct db *db, struct arena *arena, const char *report_id,
                               slice_table_visitor *visitor, void *context)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &slice_table_list_sql, DB_TEXT(report_id));
    if (status != OK) return status;
    enum status ended;
    while (status == OK && (ended = db_next(&rows)) != NOT_FOUND) {
        ProtobufCMessage *message;
        status = ended;
        if (status == OK) {
            status = slice_message_read(&rows, 0, arena, slice_table_type.descriptor, &message);
        }
        if (status == OK) status = visitor(context, (const slice_table *)message);
    }
    db_end(&rows);
    return status;
}

enum status slice_visit_figures(struct db *db, struct arena *arena, const char *report_id,
                                slice_figure_visitor *visitor, void *context)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &slice_figure_list_sql, DB_TEXT(report_id));
    if (status != OK) return status;
    enum status ended;
    while (status == OK && (ended = db_next(&rows)) != NOT_FOUND) {
        ProtobufCMessage *message;
        status = ended;
        if (status == OK) {
            status = slice_message_read(&rows, 0, arena, slice_figure_type.descriptor, &message);
        }
        if (status == OK) status = visitor(context, (const slice_figure *)message);
    }
    db_end(&rows);
    return status;
}
