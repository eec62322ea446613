/* sotong.budget.v1.BudgetService: lines and entries, one function per RPC. */
#include <inttypes.h>
#include <string.h>

#include "budget.h"
#include "budget_store.h"
#include "budget_wire.h"

enum { TOKEN_DIGITS_MAX = 18, YEAR_DIGITS = 4 };

static size_t page_size(int32_t asked)
{
    return asked == 0 ? PAGE_SIZE_DEFAULT : (size_t)asked;
}

static enum status page_token_fail(struct rpc_call *call)
{
    return rpc_violation(call, "page_token",
                         "was not given by a page of this list; leave it empty to begin");
}

enum status budget_get_line(struct budget *self, struct rpc_call *call,
                            const budget_get_line_request *in, budget_get_line_response *out)
{
    (void)self;
    struct line_record line;
    enum status status = line_get(rpc_db(call), rpc_arena(call), in->name, &line);
    if (status == NOT_FOUND) return rpc_fail(call, NOT_FOUND, "there is no line %s", in->name);
    if (status != OK) return status;
    out->line = line_message(rpc_arena(call), &line);
    return out->line == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* Reads the digits at the front of *at, at most `digits_max` of them, and what ends them ('\0' for
 * the end of the text); *at moves behind it. False: the token has another form. */
static bool token_number(const char **at, size_t digits_max, char end, int64_t *number)
{
    size_t digits = strspn(*at, "0123456789");
    if (digits == 0 || digits > digits_max || (*at)[digits] != end) return false;
    *number = 0;
    for (size_t i = 0; i < digits; i++)
        *number = *number * 10 + ((*at)[i] - '0');
    *at += digits + (end == '\0' ? 0 : 1);
    return true;
}

/* The place that a token of ListLines names: `{fiscal year}-{id of the last line}`. */
static enum status lines_begin(struct rpc_call *call, const char *token, struct scope *scope,
                               struct line_place *after)
{
    *after = (struct line_place){"", -1};
    if (token[0] == '\0') return OK;
    int64_t year;
    int64_t id;
    if (!token_number(&token, YEAR_DIGITS, '-', &year) ||
        !token_number(&token, TOKEN_DIGITS_MAX, '\0', &id))
        return page_token_fail(call);
    if (scope->fiscal_year != 0 && scope->fiscal_year != year) return page_token_fail(call);
    scope->fiscal_year = (int32_t)year;
    enum status status = line_place(rpc_db(call), rpc_arena(call), id, scope->fiscal_year, after);
    return status == NOT_FOUND ? page_token_fail(call) : status;
}

enum status budget_list_lines(struct budget *self, struct rpc_call *call,
                              const budget_list_lines_request *in, budget_list_lines_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct scope scope = {in->publisher, in->fiscal_year};
    struct line_place after;
    struct line_record *lines;
    size_t count;
    size_t size = page_size(in->page_size);
    enum status status = lines_begin(call, in->page_token, &scope, &after);
    if (status == OK && scope.fiscal_year == 0)
        status = line_year_last(rpc_db(call), scope.publisher, &scope.fiscal_year);
    if (status == OK)
        status = line_page(rpc_db(call), arena, &scope, &after, size + 1, &lines, &count);
    if (status != OK) return status;
    bool more = count > size;
    if (more) count = size;
    out->lines = arena_calloc(arena, count + 1, sizeof(budget_line *));
    if (out->lines == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        out->lines[i] = line_message(arena, &lines[i]);
        if (out->lines[i] == NULL) return RESOURCE_EXHAUSTED;
    }
    out->n_lines = count;
    if (!more) return OK;
    out->next_page_token =
        arena_printf(arena, "%04d-%" PRId64, scope.fiscal_year, lines[count - 1].id);
    return out->next_page_token == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* The place that a token of ListEntries names: `{effective date}-{id of the last entry}`. */
static enum status entries_begin(struct rpc_call *call, const char *token,
                                 struct entry_query *query)
{
    query->after_date = "";
    query->after_id = 0;
    if (token[0] == '\0') return OK;
    enum { DATE_BYTES = DATE_STRING_BYTES - 1 };
    struct date day;
    if (strlen(token) <= DATE_BYTES || token[DATE_BYTES] != '-' ||
        date_parse((struct text){token, DATE_BYTES}, &day) != OK)
        return page_token_fail(call);
    const char *number = token + DATE_BYTES + 1;
    if (!token_number(&number, TOKEN_DIGITS_MAX, '\0', &query->after_id))
        return page_token_fail(call);
    query->after_date = arena_copy(rpc_arena(call), token, DATE_BYTES);
    return query->after_date == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_list_entries(struct budget *self, struct rpc_call *call,
                                const budget_list_entries_request *in,
                                budget_list_entries_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    size_t size = page_size(in->page_size);
    struct entry_query query = {.line = in->line, .as_of = in->as_of, .size = size + 1};
    struct entry_record *entries;
    size_t count;
    enum status status = entries_begin(call, in->page_token, &query);
    if (status == OK) status = entry_page(rpc_db(call), arena, &query, &entries, &count);
    if (status != OK) return status;
    bool more = count > size;
    if (more) count = size;
    out->entries = arena_calloc(arena, count + 1, sizeof(budget_entry *));
    if (out->entries == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; i < count; i++) {
        out->entries[i] = entry_message(arena, &entries[i]);
        if (out->entries[i] == NULL) return RESOURCE_EXHAUSTED;
    }
    out->n_entries = count;
    if (!more) return OK;
    const struct entry_record *last = &entries[count - 1];
    out->next_page_token = arena_printf(arena, "%s-%" PRId64, last->effective_date, last->id);
    return out->next_page_token == NULL ? RESOURCE_EXHAUSTED : OK;
}
