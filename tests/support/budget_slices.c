#include "support/budget_slices.h"

#include <stdlib.h>
#include <string.h>

#include "budget_derive.h"
#include "budget_sql.h"
#include "rpc/codec/rpc_codec.h"
#include "slice/slice_store.h"
#include "support/budget_sums.h"
#include "support/budget_tables.h"
#include "support/suite.h"

void budget_open_fixture(struct budget_fixture *at)
{
    budget_open_old_fixture(at, budget_migration_count);
}

void budget_open_old_fixture(struct budget_fixture *at, size_t migration_count)
{
    *at = (struct budget_fixture){.budget.slice = {.service = "budget",
                                                   .version = "0",
                                                   .derive = budget_derive,
                                                   .count_records = budget_count_records}};
    arena_init(&at->arena, CALLS_ARENA_BYTES_MAX);
    store_path_new(at->path);
    struct db_config config = {at->path, DB_READ_WRITE};
    CU_ASSERT_EQUAL_FATAL(db_open(&config, &at->db, &at->fault), OK);
    CU_ASSERT_EQUAL_FATAL(db_migrate(at->db, slice_migrations, slice_migration_count, &at->fault),
                          OK);
    CU_ASSERT_EQUAL_FATAL(db_migrate(at->db, budget_migrations, migration_count, &at->fault), OK);
}

void budget_close_fixture(struct budget_fixture *at)
{
    budget_check_sums(at->db);
    db_close(at->db);
    store_path_remove(at->path);
    arena_free(&at->arena);
}

static void *message(struct arena *arena, const struct rpc_message *type)
{
    void *made = rpc_message_new(arena, type->descriptor);
    CU_ASSERT_PTR_NOT_NULL_FATAL(made);
    return made;
}

static char *string(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text, strlen(text));
    CU_ASSERT_PTR_NOT_NULL_FATAL(copy);
    return copy;
}

/* What the importer makes of a cell that is a number: 천원 and 백만원 in won, percent, or bare. */
static type_quantity *quantity(struct arena *arena, const char *text, const char *unit)
{
    size_t sign = strncmp(text, "△", 3) == 0 ? 3 : 0;
    size_t digits = strspn(text + sign, "0123456789,");
    const char *rest = text + sign + digits;
    if (digits == 0) return NULL;
    type_quantity *made = message(arena, &type_quantity_type);
    made->units = printed_units(text);
    if (*rest == '.') {
        size_t decimals = strspn(rest + 1, "0123456789");
        made->exponent = -(int32_t)decimals;
        rest += 1 + decimals;
    }
    if (strcmp(rest, "%") == 0) {
        made->unit = string(arena, "PERCENT");
        return made;
    }
    if (*rest != '\0') return NULL;
    bool thousand = strstr(unit, "천원") != NULL;
    bool million = strstr(unit, "백만원") != NULL;
    made->exponent += million ? 6 : thousand ? 3 : 0;
    made->unit = string(arena, strstr(unit, "원") != NULL ? "KRW" : "");
    return made;
}

static slice_row *row(struct arena *arena, const struct printed_table *table, size_t index)
{
    slice_row *made = message(arena, &slice_row_type);
    made->cells = arena_calloc(arena, PRINTED_COLUMNS_MAX + 1, sizeof(slice_cell *));
    CU_ASSERT_PTR_NOT_NULL_FATAL(made->cells);
    const char *at = table->rows[index];
    for (int32_t column = 1; at != NULL && column <= PRINTED_COLUMNS_MAX; column++) {
        size_t length = strcspn(at, "|");
        char *text = arena_copy(arena, at, length);
        CU_ASSERT_PTR_NOT_NULL_FATAL(text);
        at = at[length] == '\0' ? NULL : at + length + 1;
        if (strcmp(text, "^") == 0) continue;
        if (strcmp(text, "<") == 0) {
            made->cells[made->n_cells - 1]->column_span++;
            continue;
        }
        slice_cell *cell = message(arena, &slice_cell_type);
        cell->text = text;
        cell->column = column;
        cell->row_span = 1;
        cell->column_span = 1;
        cell->line = table->line + (int32_t)index;
        cell->quantity = quantity(arena, text, table->unit);
        made->cells[made->n_cells++] = cell;
    }
    return made;
}

slice_table *printed_table_message(struct arena *arena, const char *report_id,
                                   const struct printed_table *table)
{
    slice_table *made = message(arena, &slice_table_type);
    made->name = arena_printf(arena, "tables/%s-%d", report_id, table->line);
    made->owner = string(arena, "budget");
    made->title = string(arena, table->title);
    made->unit = string(arena, table->unit);
    made->heading_rows = table->heading_rows;
    if (table->day[0] != '\0') {
        made->period = message(arena, &type_period_type);
        made->period->kind_case = TYPE_PERIOD_KIND_CASE_AS_OF;
        made->period->as_of = string(arena, table->day);
    }
    made->citation = message(arena, &type_citation_type);
    made->citation->report_id = string(arena, report_id);
    made->citation->section_path = arena_calloc(arena, 2, sizeof(char *));
    CU_ASSERT_PTR_NOT_NULL_FATAL(made->citation->section_path);
    made->citation->section_path[0] = string(arena, "Ⅰ. 일반현황");
    made->citation->section_path[1] = string(arena, "예산");
    made->citation->n_section_path = 2;
    made->citation->line = table->line;
    made->citation->column = 1;
    made->rows = arena_calloc(arena, table->row_count + 1, sizeof(slice_row *));
    CU_ASSERT_PTR_NOT_NULL_FATAL(made->rows);
    for (size_t i = 0; i < table->row_count; i++) {
        made->rows[made->n_rows++] = row(arena, table, i);
        for (size_t c = 0; c < made->rows[i]->n_cells; c++) {
            slice_cell *cell = made->rows[i]->cells[c];
            for (size_t below = i + 1; below < table->row_count; below++) {
                const char *text = table->rows[below];
                for (int32_t column = 1; column < cell->column && text != NULL; column++) {
                    text = strchr(text, '|');
                    if (text != NULL) text++;
                }
                if (text == NULL || text[0] != '^') break;
                cell->row_span++;
            }
        }
    }
    return made;
}

slice_put_slice_request *budget_report_request(struct budget_fixture *at,
                                               const struct printed_report *report)
{
    slice_put_slice_request *in = message(&at->arena, &slice_put_slice_request_type);
    char digest[65] = "";
    memset(digest, report->digest, 64);
    in->request_id = arena_printf(&at->arena, "r%d", ++at->request);
    in->source = message(&at->arena, &slice_slice_source_type);
    in->source->report_id = string(&at->arena, report->id);
    in->source->digest = string(&at->arena, digest);
    in->source->as_of = string(&at->arena, report->as_of);
    in->source->publisher = string(&at->arena, report->publisher);
    in->last = true;
    in->tables = arena_calloc(&at->arena, report->table_count + 1, sizeof(slice_table *));
    CU_ASSERT_PTR_NOT_NULL_FATAL(in->tables);
    for (size_t i = 0; i < report->table_count; i++)
        in->tables[in->n_tables++] =
            printed_table_message(&at->arena, report->id, &report->tables[i]);
    return in;
}

enum status budget_put_request(struct budget_fixture *at, const slice_put_slice_request *in,
                               int32_t *records)
{
    struct rpc_call call;
    calls_begin(&call, at->db);
    slice_put_slice_response out = SLICE_PUT_SLICE_RESPONSE_INIT;
    enum status status = db_begin(at->db);
    if (status == OK)
        status = slice_put(&at->budget.slice, at->db, &call.arena, in, &out, &at->fault);
    if (status == OK) status = db_commit(at->db);
    if (status != OK) db_rollback(at->db);
    if (status == OK && records != NULL) *records = out.record_count;
    calls_end(&call);
    return status;
}

enum status budget_put_report(struct budget_fixture *at, const struct printed_report *report,
                              int32_t *records)
{
    return budget_put_request(at, budget_report_request(at, report), records);
}
