#include "budget_refs.h"

#include <string.h>

#include "budget.h"
#include "budget_refusal.h"
#include "budget_sql.h"
#include "budget_wire.h"
#include "db/db.h"

enum { NUMBER_DIGITS_MAX = 18, DAY_BYTES = DATE_STRING_BYTES - 1 };

enum status ref_line(struct rpc_call *call, const char *field, const char *name,
                     struct line_ref *line)
{
    struct db_rows rows;
    enum status status = db_query(rpc_db(call), &rows, &budget_line_ref_sql, DB_TEXT(name));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        *line = (struct line_ref){.id = db_int(&rows, 0),
                                  .fiscal_year = (int32_t)db_int(&rows, 1),
                                  .publisher = db_copy(&rows, 2, rpc_arena(call))};
        if (line->publisher == NULL) status = RESOURCE_EXHAUSTED;
    }
    db_end(&rows);
    return status == NOT_FOUND ? unknown_fail(call, "LINE_UNKNOWN", field, name) : status;
}

/* Digits to the end of the text. */
static bool number_read(const char *text, int64_t *number)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > NUMBER_DIGITS_MAX || text[digits] != '\0') return false;
    *number = 0;
    for (size_t i = 0; i < digits; i++)
        *number = *number * 10 + (text[i] - '0');
    return true;
}

bool ref_number(const char *name, const char *collection, int64_t *number)
{
    size_t length = strlen(collection);
    if (strncmp(name, collection, length) != 0 || name[length] != '/') return false;
    if (name[length + 1] == '0') return false; /* Nothing has two names. */
    return number_read(name + length + 1, number);
}

enum status ref_day(struct rpc_call *call, const char *field, const char *string,
                    int32_t fiscal_year, struct date *day)
{
    if (date_parse(text_from(string), day) != OK) return rpc_violation(call, field, "is no date");
    if (fiscal_year == 0 || date_to_parts(*day).year == fiscal_year) return OK;
    enum status status =
        rpc_violation(call, field, "lies outside the line's fiscal year %d", fiscal_year);
    return rpc_reason(call, status, "DATE_OUTSIDE_YEAR");
}

enum status ref_amount(struct rpc_call *call, const char *field, int64_t amount_won)
{
    if (amount_won > 0) return OK;
    return rpc_violation(call, field, "is %lld; an amount is 1 won or more", (long long)amount_won);
}

enum status ref_enum(struct rpc_call *call, const char *field, int value, int last)
{
    if (value >= 1 && value <= last) return OK;
    return rpc_violation(call, field, "has no value %d", value);
}

int64_t ref_known_ms(const protobuf_timestamp *known_at)
{
    int64_t known_ms;
    return instant_read(known_at, &known_ms) ? known_ms : INT64_MAX;
}

enum status ref_place(struct rpc_call *call, const char *token, bool with_day,
                      struct ref_place *place)
{
    *place = (struct ref_place){.day = "", .number = 0};
    if (token[0] == '\0') return OK;
    struct date day;
    const char *number = token;
    bool good = true;
    if (with_day) {
        good = strlen(token) > DAY_BYTES && token[DAY_BYTES] == '-' &&
               date_parse((struct text){token, DAY_BYTES}, &day) == OK;
        if (good) number += DAY_BYTES + 1;
    }
    if (!good || !number_read(number, &place->number))
        return rpc_violation(call, "page_token",
                             "was not given by a page of this list; leave it empty to begin");
    if (!with_day) return OK;
    place->day = arena_copy(rpc_arena(call), token, DAY_BYTES);
    return place->day == NULL ? RESOURCE_EXHAUSTED : OK;
}

size_t ref_page_size(int32_t asked)
{
    return asked == 0 ? PAGE_SIZE_DEFAULT : (size_t)asked;
}

enum status ref_entry(struct rpc_call *call, const char *field, const char *name,
                      struct entry_ref *entry)
{
    struct db_rows rows;
    int64_t id;
    enum status status = NOT_FOUND;
    if (ref_number(name, "entries", &id)) {
        status = db_query(rpc_db(call), &rows, &budget_entry_ref_sql, DB_INT(id));
        if (status != OK) return status;
        status = db_next(&rows);
        if (status == OK)
            *entry = (struct entry_ref){id, db_int(&rows, 0), (int32_t)db_int(&rows, 1),
                                        db_int(&rows, 2)};
        db_end(&rows);
    }
    return status == NOT_FOUND ? unknown_fail(call, "ENTRY_UNKNOWN", field, name) : status;
}

enum status ref_procedure(struct rpc_call *call, const char *field, const char *name,
                          struct procedure_record *procedure)
{
    int64_t id;
    enum status status = NOT_FOUND;
    if (ref_number(name, "procedures", &id))
        status = procedure_get(rpc_db(call), rpc_arena(call), id, procedure);
    return status == NOT_FOUND ? unknown_fail(call, "PROCEDURE_UNKNOWN", field, name) : status;
}
