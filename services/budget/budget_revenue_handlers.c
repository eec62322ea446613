/* sotong.budget.v1.RevenueService: non-tax revenue, one function per RPC. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "budget.h"
#include "budget_refs.h"
#include "budget_refusal.h"
#include "budget_revenue_store.h"
#include "budget_rules.h"
#include "budget_wire.h"
#include "revenue.rpc.h"

enum { REVENUE_CLASSES_MAX = 10000 };

static const char collection[] = "revenueClasses/";

static budget_revenue_class *
class_message(struct arena *arena, const struct revenue_class_record *class, const char *day)
{
    budget_revenue_class *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_revenue_class)BUDGET_REVENUE_CLASS_INIT;
    const char *basis = revenue_basis_of(class->kind, day);
    message->name = arena_printf(arena, "%s%s", collection, class->code);
    message->publisher = string_borrow(class->publisher);
    message->label = string_borrow(class->label);
    message->kind = (budget_revenue_kind) class->kind;
    if (class->legal_basis[0] != '\0' || basis == NULL) basis = class->legal_basis;
    message->legal_basis = string_borrow(basis);
    return message->name == NULL ? NULL : message;
}

static budget_revenue_record *record_message(struct arena *arena,
                                             const struct revenue_record *record)
{
    budget_revenue_record *message = arena_alloc(arena, sizeof *message);
    if (message == NULL) return NULL;
    *message = (budget_revenue_record)BUDGET_REVENUE_RECORD_INIT;
    message->name = arena_printf(arena, "revenueRecords/%" PRId64, record->id);
    message->revenue_class = arena_printf(arena, "%s%s", collection, record->code);
    message->fiscal_year = record->fiscal_year;
    message->action = (budget_revenue_action)record->action;
    message->amount_won = record->amount_won;
    message->day = string_borrow(record->day);
    message->description = string_borrow(record->description);
    if (record->corrects_id != 0)
        message->corrects = arena_printf(arena, "revenueRecords/%" PRId64, record->corrects_id);
    message->recorded_time = timestamp_message(arena, record->recorded_ms);
    bool whole = message->name != NULL && message->revenue_class != NULL &&
                 message->corrects != NULL && message->recorded_time != NULL;
    return whole ? message : NULL;
}

/* Today in Asia/Seoul. */
static void today(char day[static DATE_STRING_BYTES])
{
    date_format(date_from_instant(clock_now_ms()), day);
}

enum status budget_create_revenue_class(struct budget *self, struct rpc_call *call,
                                        const budget_create_revenue_class_request *in,
                                        budget_create_revenue_class_response *out)
{
    (void)self;
    char day[DATE_STRING_BYTES];
    today(day);
    enum status status = ref_enum(call, "kind", (int)in->kind, REVENUE_KIND_LAST);
    if (status != OK) return status;
    if (in->legal_basis[0] == '\0' && revenue_basis_of((int)in->kind, day) == NULL)
        return rpc_violation(call, "legal_basis",
                             "must name a law and its article: the kind has none of its own");
    struct revenue_class_record class = {.code = in->code,
                                         .publisher = in->publisher,
                                         .label = in->label,
                                         .kind = (int32_t)in->kind,
                                         .legal_basis = in->legal_basis};
    status = revenue_class_insert(rpc_db(call), &class, clock_now_ms());
    if (status == ALREADY_EXISTS) {
        status = rpc_fail(call, ALREADY_EXISTS, "there is a class %s%s", collection, in->code);
        return rpc_reason(call, status, "CLASS_TAKEN");
    }
    if (status != OK) return status;
    out->revenue_class = class_message(rpc_arena(call), &class, day);
    return out->revenue_class == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* The code in a class's name; NULL: the name has another form. */
static const char *class_code(const char *name)
{
    size_t length = sizeof collection - 1;
    return strncmp(name, collection, length) == 0 ? name + length : NULL;
}

static enum status class_find(struct rpc_call *call, const char *name,
                              struct revenue_class_record *class)
{
    const char *code = class_code(name);
    enum status status = NOT_FOUND;
    if (code != NULL) status = revenue_class_get(rpc_db(call), rpc_arena(call), code, class);
    return status == NOT_FOUND ? unknown_fail(call, "CLASS_UNKNOWN", "revenue_class", name)
                               : status;
}

static enum status not_correctable(struct rpc_call *call, const char *why)
{
    enum status status = rpc_violation(call, "corrects", "%s", why);
    return rpc_reason(call, status, "NOT_CORRECTABLE");
}

/* Turns the record into a correction of the one that it names. */
static enum status record_correct(struct rpc_call *call, const char *name,
                                  struct revenue_record *record)
{
    if (name[0] == '\0') return OK;
    struct revenue_record wrong;
    int64_t id;
    enum status status = NOT_FOUND;
    if (ref_number(name, "revenueRecords", &id))
        status = revenue_get(rpc_db(call), rpc_arena(call), id, &wrong);
    if (status == NOT_FOUND) return unknown_fail(call, "RECORD_UNKNOWN", "corrects", name);
    if (status != OK) return status;
    if (wrong.corrects_id != 0) return not_correctable(call, "is a correction itself");
    if (wrong.class_id != record->class_id || wrong.fiscal_year != record->fiscal_year ||
        wrong.action != record->action)
        return not_correctable(call, "is of another class, year or action");
    if (strcmp(record->day, wrong.day) < 0)
        return not_correctable(call, "counts from a later day than its correction");
    if (record->amount_won > wrong.amount_won + wrong.taken_won) {
        (void)rpc_violation(call, "amount_won", "%" PRId64 " won of %s are left to take back",
                            wrong.amount_won + wrong.taken_won, name);
        status = rpc_fail(call, FAILED_PRECONDITION, "the corrections of %s would exceed it", name);
        return rpc_reason(call, status, "CORRECTED_ALREADY");
    }
    record->corrects_id = wrong.id;
    record->amount_won = -record->amount_won;
    return OK;
}

static enum status record_judge(struct rpc_call *call, const struct revenue_record *record)
{
    struct revenue_day *days;
    size_t count;
    int64_t won;
    const char *day;
    enum status status = revenue_days(rpc_db(call), rpc_arena(call), record->class_id,
                                      record->fiscal_year, &days, &count);
    if (status != OK) return status;
    switch (revenue_judge(days, count, record->day, (enum revenue_action)record->action,
                          record->amount_won, &won, &day)) {
    case REVENUE_FITS:
        return OK;
    case REVENUE_NOT_ASSESSED:
        (void)rpc_violation(call, "amount_won",
                            "is more than the %" PRId64 " won that are outstanding on %s", won,
                            day);
        status = rpc_fail(call, FAILED_PRECONDITION,
                          "on %s more would be collected and written off than was assessed: "
                          "%" PRId64 " won are outstanding",
                          day, won);
        return rpc_reason(call, status, "NOT_ASSESSED");
    case REVENUE_OVERFLOW:
        break;
    }
    status = rpc_fail(call, OUT_OF_RANGE, "a sum of the class would not fit 64 bits");
    return rpc_reason(call, status, "AMOUNT_OVERFLOW");
}

enum status budget_record_revenue(struct budget *self, struct rpc_call *call,
                                  const budget_record_revenue_request *in,
                                  budget_record_revenue_response *out)
{
    (void)self;
    struct revenue_class_record class;
    struct date day;
    enum status status = ref_amount(call, "amount_won", in->amount_won);
    if (status == OK) status = ref_enum(call, "action", (int)in->action, REVENUE_ACTION_LAST);
    if (status == OK) status = ref_day(call, "day", in->day, in->fiscal_year, &day);
    if (status == OK) status = class_find(call, in->revenue_class, &class);
    if (status != OK) return status;
    struct revenue_record record = {.class_id = class.id,
                                    .code = class.code,
                                    .fiscal_year = in->fiscal_year,
                                    .action = (int32_t)in->action,
                                    .amount_won = in->amount_won,
                                    .day = in->day,
                                    .description = in->description,
                                    .recorded_ms = clock_now_ms()};
    status = record_correct(call, in->corrects, &record);
    if (status == OK) status = record_judge(call, &record);
    if (status == OK) status = revenue_insert(rpc_db(call), &record);
    if (status != OK) return status;
    out->record = record_message(rpc_arena(call), &record);
    return out->record == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* The sums as a row; `class` is unset. */
static enum status row_fill(struct rpc_call *call, const struct revenue_sums *sums,
                            budget_revenue_row **out)
{
    struct arena *arena = rpc_arena(call);
    struct decimal rate;
    budget_revenue_row *row = arena_alloc(arena, sizeof *row);
    if (row == NULL) return RESOURCE_EXHAUSTED;
    *row = (budget_revenue_row)BUDGET_REVENUE_ROW_INIT;
    row->assessed_won = sums->won[REVENUE_ASSESSED];
    row->collected_won = sums->won[REVENUE_COLLECTED];
    row->written_off_won = sums->won[REVENUE_WRITTEN_OFF];
    *out = row;
    if (!revenue_outstanding(sums, &row->outstanding_won)) {
        enum status status = rpc_fail(call, OUT_OF_RANGE, "a sum does not fit 64 bits");
        return rpc_reason(call, status, "AMOUNT_OVERFLOW");
    }
    if (!execution_rate(row->collected_won, row->assessed_won, &rate)) return OK;
    row->collection_rate = percent_message(arena, rate);
    return row->collection_rate == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_list_revenue(struct budget *self, struct rpc_call *call,
                                const budget_list_revenue_request *in,
                                budget_list_revenue_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct revenue_class_record *classes;
    struct revenue_sums total = {0};
    struct date as_of;
    size_t count;
    enum status status = ref_day(call, "as_of", in->as_of, 0, &as_of);
    if (status != OK) return status;
    struct revenue_query query = {.publisher = in->publisher,
                                  .fiscal_year = date_to_parts(as_of).year,
                                  .as_of = in->as_of,
                                  .known_ms = ref_known_ms(in->known_at),
                                  .size = REVENUE_CLASSES_MAX + 1};
    status = revenue_list(rpc_db(call), arena, &query, &classes, &count);
    if (status != OK) return status;
    if (count > REVENUE_CLASSES_MAX)
        return rpc_fail(call, OUT_OF_RANGE, "there are more than %d classes; ask for one publisher",
                        REVENUE_CLASSES_MAX);
    out->as_of = in->as_of;
    out->rows = arena_calloc(arena, count + 1, sizeof(budget_revenue_row *));
    if (out->rows == NULL) return RESOURCE_EXHAUSTED;
    bool fits = true;
    for (size_t i = 0; i < count && fits; i++) {
        status = row_fill(call, &classes[i].sums, &out->rows[i]);
        if (status != OK) return status;
        out->n_rows++;
        out->rows[i]->revenue_class = class_message(arena, &classes[i], in->as_of);
        if (out->rows[i]->revenue_class == NULL) return RESOURCE_EXHAUSTED;
        fits = revenue_add(&total, &classes[i].sums);
    }
    if (fits) return row_fill(call, &total, &out->total);
    status = rpc_fail(call, OUT_OF_RANGE, "the total does not fit 64 bits");
    return rpc_reason(call, status, "AMOUNT_OVERFLOW");
}

enum status budget_list_revenue_records(struct budget *self, struct rpc_call *call,
                                        const budget_list_revenue_records_request *in,
                                        budget_list_revenue_records_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    size_t size = ref_page_size(in->page_size);
    struct revenue_record *records;
    struct ref_place after;
    size_t count;
    enum status status = ref_place(call, in->page_token, true, &after);
    if (status != OK) return status;
    const char *code = in->revenue_class[0] == '\0' ? "" : class_code(in->revenue_class);
    if (code == NULL) return OK; /* No class has such a name. */
    struct revenue_query query = {.code = code,
                                  .fiscal_year = in->fiscal_year,
                                  .as_of = in->as_of,
                                  .known_ms = ref_known_ms(in->known_at),
                                  .after_day = after.day,
                                  .after_id = after.number,
                                  .size = size + 1};
    status = revenue_page(rpc_db(call), arena, &query, &records, &count);
    if (status != OK) return status;
    bool more = count > size;
    if (more) count = size;
    out->records = arena_calloc(arena, count + 1, sizeof(budget_revenue_record *));
    if (out->records == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        out->records[i] = record_message(arena, &records[i]);
        if (out->records[i] == NULL) return RESOURCE_EXHAUSTED;
        out->n_records++;
    }
    if (!more) return OK;
    out->next_page_token =
        arena_printf(arena, "%s-%" PRId64, records[count - 1].day, records[count - 1].id);
    return out->next_page_token == NULL ? RESOURCE_EXHAUSTED : OK;
}
