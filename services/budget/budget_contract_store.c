#include "budget_contract_store.h"

#include "budget_sql.h"

/* A number that may be missing. */
static struct db_value int_or_null(int64_t number)
{
    return number == 0 ? DB_NULL : DB_INT(number);
}

enum status contract_insert(struct db *db, const struct contract_record *contract, int64_t *id)
{
    return db_query_int(
        db, id, &budget_contract_insert_sql, DB_INT(contract->line_id),
        DB_TEXT(contract->publisher), DB_TEXT(contract->title), DB_TEXT(contract->vendor_code),
        DB_TEXT(contract->vendor_name), DB_INT(contract->vendor_class), DB_INT(contract->kind),
        DB_INT(contract->method), DB_INT(contract->amount_won), DB_INT(contract->tax_basis),
        DB_INT(contract->estimated_won), DB_INT(contract->price_won), DB_TEXT(contract->day),
        int_or_null(contract->entry_id), int_or_null(contract->procedure_id),
        DB_INT(contract->recorded_ms));
}

/* Columns of contract_get and contract_page. */
static enum status contract_read(const struct db_rows *rows, struct arena *arena,
                                 struct contract_record *contract)
{
    *contract = (struct contract_record){
        .id = db_int(rows, 0),
        .line = db_copy(rows, 1, arena),
        .publisher = db_copy(rows, 2, arena),
        .title = db_copy(rows, 3, arena),
        .vendor_code = db_copy(rows, 4, arena),
        .vendor_name = db_copy(rows, 5, arena),
        .vendor_class = (int32_t)db_int(rows, 6),
        .kind = (int32_t)db_int(rows, 7),
        .method = (int32_t)db_int(rows, 8),
        .amount_won = db_int(rows, 9),
        .tax_basis = (int32_t)db_int(rows, 10),
        .estimated_won = db_int(rows, 11),
        .price_won = db_int(rows, 12),
        .day = db_copy(rows, 13, arena),
        .entry_id = db_int(rows, 14),
        .procedure_id = db_int(rows, 15),
        .recorded_ms = db_int(rows, 16),
        .withdrawn_ms = db_int(rows, 17),
        .withdrawn_reason = db_copy(rows, 18, arena),
    };
    bool whole = contract->line != NULL && contract->publisher != NULL && contract->title != NULL &&
                 contract->vendor_code != NULL && contract->vendor_name != NULL &&
                 contract->day != NULL && contract->withdrawn_reason != NULL;
    return whole ? OK : RESOURCE_EXHAUSTED;
}

enum status contract_get(struct db *db, struct arena *arena, int64_t id,
                         struct contract_record *contract)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_contract_get_sql, DB_INT(id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = contract_read(&rows, arena, contract);
    db_end(&rows);
    return status;
}

enum status contract_page(struct db *db, struct arena *arena, const struct contract_query *query,
                          struct contract_record **contracts, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *contracts = NULL;
    *count = 0;
    enum status status = db_query(
        db, &rows, &budget_contract_page_sql, DB_TEXT(query->line), DB_TEXT(query->publisher),
        DB_TEXT(query->vendor_code), DB_INT(query->method), DB_TEXT(query->first_day),
        DB_TEXT(query->as_of), DB_INT(query->known_ms), DB_INT(query->withdrawn),
        DB_TEXT(query->after_day), DB_INT(query->after_id), DB_INT((int64_t)query->size));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct contract_record *grown =
                arena_grow(arena, *contracts, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *contracts = grown;
        }
        status = contract_read(&rows, arena, &(*contracts)[*count]);
        if (status != OK) break;
        (*count)++;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status contract_withdraw(struct db *db, int64_t id, int64_t now_ms, const char *reason)
{
    enum status status =
        db_run(db, &budget_contract_withdraw_sql, DB_INT(id), DB_INT(now_ms), DB_TEXT(reason));
    if (status != OK) return status;
    return db_changes(db) == 0 ? NOT_FOUND : OK;
}

enum status contract_entry_sum(struct db *db, int64_t entry_id, int64_t *won)
{
    return db_query_int(db, won, &budget_contract_entry_sum_sql, DB_INT(entry_id));
}

enum status procedure_insert(struct db *db, const struct procedure_record *procedure,
                             int64_t now_ms, int64_t *id)
{
    return db_query_int(db, id, &budget_procedure_insert_sql, DB_INT(procedure->line_id),
                        DB_TEXT(procedure->title), DB_INT(procedure->amount_won), DB_INT(now_ms));
}

/* Columns of procedure_get and procedure_page. */
static enum status procedure_read(const struct db_rows *rows, struct arena *arena,
                                  struct procedure_record *procedure)
{
    *procedure = (struct procedure_record){
        .id = db_int(rows, 0),
        .line = db_copy(rows, 1, arena),
        .line_id = db_int(rows, 2),
        .title = db_copy(rows, 3, arena),
        .amount_won = db_int(rows, 4),
        .stage = (enum procedure_stage)db_int(rows, 5),
        .failed_count = (int32_t)db_int(rows, 6),
        .last_day = db_copy(rows, 7, arena),
        .contract_id = db_int(rows, 8),
    };
    bool whole = procedure->line != NULL && procedure->title != NULL && procedure->last_day != NULL;
    return whole ? OK : RESOURCE_EXHAUSTED;
}

enum status procedure_get(struct db *db, struct arena *arena, int64_t id,
                          struct procedure_record *procedure)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &budget_procedure_get_sql, DB_INT(id));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = procedure_read(&rows, arena, procedure);
    db_end(&rows);
    return status;
}

enum status procedure_page(struct db *db, struct arena *arena, const char *line, bool open,
                           int64_t after, size_t size, struct procedure_record **procedures,
                           size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *procedures = NULL;
    *count = 0;
    enum status status = db_query(db, &rows, &budget_procedure_page_sql, DB_TEXT(line),
                                  DB_INT(open), DB_INT(after), DB_INT((int64_t)size));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct procedure_record *grown =
                arena_grow(arena, *procedures, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *procedures = grown;
        }
        status = procedure_read(&rows, arena, &(*procedures)[*count]);
        if (status != OK) break;
        (*count)++;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

enum status procedure_move(struct db *db, struct procedure_record *procedure,
                           const struct stage_record *stage, int64_t now_ms)
{
    enum status status =
        db_run(db, &budget_procedure_stage_insert_sql, DB_INT(procedure->id), DB_INT(stage->stage),
               DB_TEXT(stage->day), DB_TEXT(stage->note), DB_INT(now_ms));
    if (status != OK) return status;
    procedure->stage = stage->stage;
    procedure->failed_count += stage->stage == STAGE_FAILED;
    procedure->last_day = stage->day;
    return db_run(db, &budget_procedure_move_sql, DB_INT(procedure->id), DB_INT(procedure->stage),
                  DB_INT(procedure->failed_count), DB_TEXT(procedure->last_day),
                  int_or_null(procedure->contract_id));
}

enum status procedure_stages(struct db *db, struct arena *arena, int64_t id,
                             struct stage_record **stages, size_t *count)
{
    size_t max = 0;
    struct db_rows rows;
    *stages = NULL;
    *count = 0;
    enum status status = db_query(db, &rows, &budget_procedure_stage_list_sql, DB_INT(id));
    if (status != OK) return status;
    while ((status = db_next(&rows)) == OK) {
        if (*count == max) {
            struct stage_record *grown = arena_grow(arena, *stages, *count, &max, sizeof *grown);
            if (grown == NULL) status = RESOURCE_EXHAUSTED;
            if (grown == NULL) break;
            *stages = grown;
        }
        struct stage_record stage = {.stage = (enum procedure_stage)db_int(&rows, 0),
                                     .day = db_copy(&rows, 1, arena),
                                     .note = db_copy(&rows, 2, arena)};
        if (stage.day == NULL || stage.note == NULL) status = RESOURCE_EXHAUSTED;
        if (status != OK) break;
        (*stages)[(*count)++] = stage;
    }
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}
