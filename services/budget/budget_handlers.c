/* sotong.budget.v1.BudgetService: lines and entries, one function per RPC. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "budget.h"
#include "budget_refs.h"
#include "budget_refusal.h"
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
    if (status == NOT_FOUND) return unknown_fail(call, "LINE_UNKNOWN", "name", in->name);
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

/* The place that a token of ListEntries names: `{effective date}-{id of the last entry}`. Without
 * one the list begins with the first day. */
static enum status entries_begin(struct rpc_call *call, const char *token, const char *first_day,
                                 struct entry_query *query)
{
    query->after_date = first_day;
    query->after_id = -1;
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

/* The kinds asked for as entry_query wants them. */
static enum status kinds_list(struct rpc_call *call, const budget_list_entries_request *in,
                              const char **list)
{
    enum { KINDS_BYTES_MAX = 64 };
    struct arena *arena = rpc_arena(call);
    char *kinds = arena_alloc(arena, KINDS_BYTES_MAX);
    if (kinds == NULL) return RESOURCE_EXHAUSTED;
    size_t length = 0;
    kinds[0] = '\0';
    for (size_t i = 0; i < in->n_kinds; i++) {
        int kind = (int)in->kinds[i];
        if (kind < BUDGET_ENTRY_KIND_APPROPRIATION || kind > BUDGET_ENTRY_KIND_REFUND) {
            const char *field = arena_printf(arena, "kinds[%zu]", i);
            return field == NULL ? RESOURCE_EXHAUSTED
                                 : rpc_violation(call, field, "is no kind of entry");
        }
        length += (size_t)snprintf(kinds + length, KINDS_BYTES_MAX - length, "%s%d,",
                                   i == 0 ? "," : "", kind);
    }
    *list = kinds;
    return OK;
}

/* The days asked for: those of the fiscal year, if any, between first_day and as_of. The entries of
 * a year's lines all lie in it. */
static enum status entry_days(struct rpc_call *call, const budget_list_entries_request *in,
                              const char **first_day, const char **last_day)
{
    *first_day = in->first_day;
    *last_day = in->as_of[0] == '\0' ? "9999-12-31" : in->as_of;
    if (in->fiscal_year == 0) return OK;
    const char *begin = arena_printf(rpc_arena(call), "%04d-01-01", in->fiscal_year);
    const char *end = arena_printf(rpc_arena(call), "%04d-12-31", in->fiscal_year);
    if (begin == NULL || end == NULL) return RESOURCE_EXHAUSTED;
    if (strcmp(*first_day, begin) < 0) *first_day = begin;
    if (strcmp(*last_day, end) > 0) *last_day = end;
    return OK;
}

/* What a request asks for, but for the place at which the page begins. */
static enum status entries_query(struct rpc_call *call, const budget_list_entries_request *in,
                                 struct line_span *span, struct entry_query *query)
{
    *query = (struct entry_query){
        .below = in->below, .size = page_size(in->page_size) + 1, .known_ms = INT64_MAX};
    if (!instant_read(in->known_at, &query->known_ms)) query->known_ms = INT64_MAX;
    if (in->line[0] == '\0') return in->below ? rpc_violation(call, "below", "needs a line") : OK;
    enum status status = line_span(rpc_db(call), rpc_arena(call), in->line, span);
    if (status == NOT_FOUND) return unknown_fail(call, "LINE_UNKNOWN", "line", in->line);
    query->span = span;
    query->below = query->below && span->first > 0;
    return status;
}

enum status budget_get_entry(struct budget *self, struct rpc_call *call,
                             const budget_get_entry_request *in, budget_get_entry_response *out)
{
    (void)self;
    int64_t id;
    struct entry_record entry;
    enum status status = NOT_FOUND;
    if (ref_number(in->name, "entries", &id))
        status = entry_get(rpc_db(call), rpc_arena(call), id, &entry);
    if (status == NOT_FOUND) return unknown_fail(call, "ENTRY_UNKNOWN", "name", in->name);
    if (status != OK) return status;
    out->entry = entry_message(rpc_arena(call), &entry);
    return out->entry == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_list_entries(struct budget *self, struct rpc_call *call,
                                const budget_list_entries_request *in,
                                budget_list_entries_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    size_t size = page_size(in->page_size);
    struct line_span span;
    struct entry_query query;
    const char *first_day;
    struct entry_record *entries;
    size_t count;
    enum status status = entries_query(call, in, &span, &query);
    if (status == OK) status = kinds_list(call, in, &query.kinds);
    if (status == OK) status = entry_days(call, in, &first_day, &query.last_day);
    if (status == OK) status = entries_begin(call, in->page_token, first_day, &query);
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
