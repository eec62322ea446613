#include "support/slices.h"

#include <string.h>

#include "rpc/codec/rpc_codec.h"
#include "support/suite.h"

enum { ARENA_BYTES_MAX = 256 * 1024 * 1024 };

void slices_open(struct slices *slices)
{
    *slices = (struct slices){.slice = {.service = "petition", .version = "0"}};
    arena_init(&slices->arena, ARENA_BYTES_MAX);
    store_path_new(slices->path);
    struct db_config config = {slices->path, DB_READ_WRITE};
    CU_ASSERT_EQUAL_FATAL(db_open(&config, &slices->db, &slices->fault), OK);
    CU_ASSERT_EQUAL_FATAL(
        db_migrate(slices->db, slice_migrations, slice_migration_count, &slices->fault), OK);
}

void slices_close(struct slices *slices)
{
    db_close(slices->db);
    store_path_remove(slices->path);
    arena_free(&slices->arena);
}

static void *message(struct slices *slices, const struct rpc_message *type)
{
    ProtobufCMessage *made = rpc_message_new(&slices->arena, type->descriptor);
    CU_ASSERT_PTR_NOT_NULL_FATAL(made);
    return made;
}

static char *string(struct slices *slices, const char *text)
{
    char *copy = arena_copy(&slices->arena, text, strlen(text));
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    return copy;
}

static void *list(struct slices *slices, int count)
{
    void *items = arena_calloc(&slices->arena, (size_t)count + 1, sizeof(void *));
    CU_ASSERT_PTR_NOT_NULL_FATAL(items);
    return items;
}

static type_citation *citation(struct slices *slices, const char *report_id, int line)
{
    type_citation *cited = message(slices, &type_citation_type);
    cited->report_id = string(slices, report_id);
    cited->section_path = list(slices, 1);
    cited->section_path[0] = string(slices, "Ⅲ. 주요업무");
    cited->n_section_path = 1;
    cited->line = line;
    cited->column = 7;
    return cited;
}

slice_figure *slices_figure(struct slices *slices, const char *report_id, int line,
                            const char *label)
{
    slice_figure *figure = message(slices, &slice_figure_type);
    figure->owner = string(slices, "petition");
    figure->name = arena_printf(&slices->arena, "figures/%s-%d-7", report_id, line);
    figure->subject = list(slices, 2);
    figure->subject[0] = string(slices, "응답소");
    figure->subject[1] = string(slices, label);
    figure->n_subject = 2;
    figure->printed = arena_printf(&slices->arena, "%d건", line);
    figure->quantity = message(slices, &type_quantity_type);
    figure->quantity->units = line;
    figure->quantity->unit = string(slices, "건");
    figure->citation = citation(slices, report_id, line);
    return figure;
}

static slice_table *table(struct slices *slices, const char *report_id, int line, const char *text)
{
    slice_table *made = message(slices, &slice_table_type);
    made->name = arena_printf(&slices->arena, "tables/%s-%d", report_id, line);
    made->owner = string(slices, "petition");
    made->title = string(slices, "민원 접수 현황");
    made->citation = citation(slices, report_id, line);
    made->rows = list(slices, 1);
    made->rows[0] = message(slices, &slice_row_type);
    made->n_rows = 1;
    made->rows[0]->cells = list(slices, 1);
    made->rows[0]->cells[0] = message(slices, &slice_cell_type);
    made->rows[0]->n_cells = 1;
    made->rows[0]->cells[0]->text = string(slices, text);
    return made;
}

slice_put_slice_request *slices_request(struct slices *slices, struct slices_part part)
{
    slice_put_slice_request *in = message(slices, &slice_put_slice_request_type);
    char digest[65] = "";
    memset(digest, part.digest, 64);
    in->source = message(slices, &slice_slice_source_type);
    in->source->report_id = string(slices, part.report_id);
    in->source->digest = string(slices, digest);
    in->source->as_of = string(slices, part.as_of == NULL ? "2020-03-31" : part.as_of);
    in->source->publisher = string(slices, "시민소통기획관");
    in->part = part.part;
    in->last = part.last;
    int first = part.first_line == 0 ? 1 : part.first_line;
    const char *row = part.row == NULL ? "접수" : part.row;
    in->figures = list(slices, part.figures);
    for (int i = 0; i < part.figures; i++)
        in->figures[in->n_figures++] = slices_figure(slices, part.report_id, first + i, row);
    in->tables = list(slices, part.tables);
    for (int i = 0; i < part.tables; i++)
        in->tables[in->n_tables++] = table(slices, part.report_id, first + i, row);
    return in;
}

enum status slices_put(struct slices *slices, const slice_put_slice_request *in,
                       slice_put_slice_response *out)
{
    enum status status = db_begin(slices->db);
    if (status == OK) {
        status = slice_put(&slices->slice, slices->db, &slices->arena, in, out, &slices->fault);
    }
    if (status == OK) status = db_commit(slices->db);
    if (status != OK) db_rollback(slices->db);
    return status;
}

enum status slices_put_part(struct slices *slices, struct slices_part part)
{
    slice_put_slice_response out = SLICE_PUT_SLICE_RESPONSE_INIT;
    return slices_put(slices, slices_request(slices, part), &out);
}
