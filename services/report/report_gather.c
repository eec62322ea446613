#include "report_gather.h"

#include <stdlib.h>
#include <string.h>

#include "rpc/server/rpc_call_options.h"

enum { FIGURES_PAGE = 1000, TABLES_PAGE = 200, GATHER_TIMEOUT_MS = 8000 };

/* An owner that cannot be asked makes the whole call fail, whatever the reason. */
static enum status asked(struct rpc_call *call, const char *peer, enum status status)
{
    if (status == OK || status == RESOURCE_EXHAUSTED) return status;
    char *reason = arena_printf(rpc_arena(call), "%s", rpc_fault(call)->message);
    return rpc_fail(call, UNAVAILABLE, "%s could not be asked: %s", peer,
                    reason == NULL || reason[0] == '\0' ? status_name(status) : reason);
}

static enum status too_many(struct rpc_call *call, const char *peer, const char *what, int most)
{
    return rpc_fail(call, RESOURCE_EXHAUSTED, "%s holds more than %d %s of this report", peer, most,
                    what);
}

static enum status figures_ask(struct rpc_call *call, const char *peer, char *report_id,
                               struct gathered *out)
{
    const struct rpc_options options = rpc_call_options(call, peer, GATHER_TIMEOUT_MS);
    slice_list_figures_request request = SLICE_LIST_FIGURES_REQUEST_INIT;
    request.report_id = report_id;
    request.page_size = FIGURES_PAGE;
    for (int page = 0; page < GATHER_PAGES_MAX; page++) {
        slice_list_figures_response *response = NULL;
        enum status status =
            slice_client_list_figures(rpc_call_client(call), &options, &request, &response);
        if (status != OK) return asked(call, peer, status);
        for (size_t i = 0; i < response->n_figures; i++) {
            status = message_list_add(options.arena, &out->figures, &response->figures[i]->base);
            if (status != OK) return status;
        }
        if (response->next_page_token[0] == '\0') return OK;
        if (out->figures.count > GATHER_FIGURES_MAX) break;
        request.page_token = response->next_page_token;
    }
    return too_many(call, peer, "figures", GATHER_FIGURES_MAX);
}

static enum status tables_ask(struct rpc_call *call, const char *peer, char *report_id,
                              struct gathered *out)
{
    const struct rpc_options options = rpc_call_options(call, peer, GATHER_TIMEOUT_MS);
    slice_list_tables_request request = SLICE_LIST_TABLES_REQUEST_INIT;
    request.report_id = report_id;
    request.page_size = TABLES_PAGE;
    for (int page = 0; page < GATHER_PAGES_MAX; page++) {
        slice_list_tables_response *response = NULL;
        enum status status =
            slice_client_list_tables(rpc_call_client(call), &options, &request, &response);
        if (status != OK) return asked(call, peer, status);
        for (size_t i = 0; i < response->n_tables; i++) {
            status = message_list_add(options.arena, &out->tables, &response->tables[i]->base);
            if (status != OK) return status;
        }
        if (response->next_page_token[0] == '\0') return OK;
        if (out->tables.count > GATHER_TABLES_MAX) break;
        request.page_token = response->next_page_token;
    }
    return too_many(call, peer, "tables", GATHER_TABLES_MAX);
}

struct own_visit {
    struct arena *arena;
    struct message_list *list;
};

static enum status own_figure(void *context, const slice_figure *figure)
{
    struct own_visit *visit = context;
    ProtobufCMessage *copy = NULL;
    enum status status = message_copy(visit->arena, &figure->base, &copy);
    return status == OK ? message_list_add(visit->arena, visit->list, copy) : status;
}

static enum status own_table(void *context, const slice_table *table)
{
    struct own_visit *visit = context;
    ProtobufCMessage *copy = NULL;
    enum status status = message_copy(visit->arena, &table->base, &copy);
    return status == OK ? message_list_add(visit->arena, visit->list, copy) : status;
}

static int citation_order(const type_citation *a, const type_citation *b)
{
    if (a == NULL || b == NULL) return (a != NULL) - (b != NULL);
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

static int figure_order(const void *a, const void *b)
{
    const slice_figure *const *first = a, *const *second = b;
    int order = citation_order((*first)->citation, (*second)->citation);
    return order != 0 ? order : strcmp((*first)->name, (*second)->name);
}

static int table_order(const void *a, const void *b)
{
    const slice_table *const *first = a, *const *second = b;
    int order = citation_order((*first)->citation, (*second)->citation);
    return order != 0 ? order : strcmp((*first)->name, (*second)->name);
}

enum status gather_slices(struct report *self, struct rpc_call *call, const char *report_id,
                          struct gathered *out)
{
    struct arena *arena = rpc_arena(call);
    *out = (struct gathered){{NULL, 0, 0}, {NULL, 0, 0}};
    char *id = arena_copy(arena, report_id, strlen(report_id));
    if (id == NULL) return RESOURCE_EXHAUSTED;
    enum status status = OK;
    for (size_t i = 0; status == OK && i < REPORT_OWNERS; i++) {
        if (strcmp(service_names[i], self->slice.service) == 0) continue;
        status = figures_ask(call, service_names[i], id, out);
        if (status == OK) status = tables_ask(call, service_names[i], id, out);
    }
    struct own_visit figures = {arena, &out->figures}, tables = {arena, &out->tables};
    if (status == OK) {
        status = slice_visit_figures(rpc_db(call), arena, report_id, own_figure, &figures);
    }
    if (status == OK) {
        status = slice_visit_tables(rpc_db(call), arena, report_id, own_table, &tables);
    }
    if (status != OK) return status;
    if (out->figures.count > 1) {
        qsort(out->figures.items, out->figures.count, sizeof(void *), figure_order);
    }
    if (out->tables.count > 1) {
        qsort(out->tables.items, out->tables.count, sizeof(void *), table_order);
    }
    return OK;
}

bool gathered_ledger_is_empty(const struct gathered_ledger *ledger)
{
    return ledger->execution->n_rows == 0 && ledger->comparison->n_rows == 0;
}

enum status gather_ledger(struct rpc_call *call, const char *as_of, const char *publisher,
                          int64_t known_ms, struct gathered_ledger *out)
{
    enum { MS_PER_S = 1000, NS_PER_MS = 1000000 };
    static const char peer[] = "budget";
    const struct rpc_options options = rpc_call_options(call, peer, GATHER_TIMEOUT_MS);
    struct rpc_client *client = rpc_call_client(call);
    budget_get_execution_request execution = BUDGET_GET_EXECUTION_REQUEST_INIT;
    budget_get_comparison_request comparison = BUDGET_GET_COMPARISON_REQUEST_INIT;
    budget_list_funds_request funds = BUDGET_LIST_FUNDS_REQUEST_INIT;
    execution.as_of = comparison.as_of = funds.as_of =
        arena_copy(options.arena, as_of, strlen(as_of));
    execution.publisher = comparison.publisher =
        arena_copy(options.arena, publisher, strlen(publisher));
    funds.publisher = execution.publisher;
    protobuf_timestamp known_at = PROTOBUF_TIMESTAMP_INIT;
    known_at.seconds = known_ms / MS_PER_S;
    known_at.nanos = (int32_t)(known_ms % MS_PER_S) * NS_PER_MS;
    if (known_ms != 0) execution.known_at = comparison.known_at = &known_at;
    if (execution.as_of == NULL || execution.publisher == NULL) return RESOURCE_EXHAUSTED;
    enum status status = budget_client_get_execution(client, &options, &execution, &out->execution);
    if (status == OK) {
        status = budget_client_get_comparison(client, &options, &comparison, &out->comparison);
    }
    if (status == OK) status = budget_client_list_funds(client, &options, &funds, &out->funds);
    return asked(call, peer, status);
}
