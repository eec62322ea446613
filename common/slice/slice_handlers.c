/* sotong.slice.v1.SliceService: from the wire to the store. */
#include <string.h>

#include "slice/slice.h"
#include "slice/slice_page.h"
#include "slice/slice_store.h"

enum {
    FIGURES_PAGE_DEFAULT = 100,
    TABLES_PAGE_DEFAULT = 20,
    PAGE_BYTES_MAX = 1024 * 1024, /* As the .proto says of ListTables. */
};

enum status slice_put_slice(struct slice *self, struct rpc_call *call,
                            const slice_put_slice_request *in, slice_put_slice_response *out)
{
    struct slice_violation violation;
    if (!slice_request_check(self, in, &violation)) {
        return rpc_violation(call, violation.field, "%s", violation.description);
    }
    return slice_put(self, rpc_db(call), rpc_arena(call), in, out, rpc_fault(call));
}

/* Reads a page; a token that does not belong to the list is the caller's mistake. */
static enum status page_read(struct rpc_call *call, const struct slice_query *query,
                             struct slice_page *page)
{
    enum status status = slice_page_read(rpc_db(call), rpc_arena(call), query, page);
    if (status != INVALID_ARGUMENT) return status;
    return rpc_violation(call, "page_token",
                         "was not given by a page of this list (the same report_id and search); "
                         "leave it empty to begin");
}

enum status slice_list_figures(struct slice *self, struct rpc_call *call,
                               const slice_list_figures_request *in,
                               slice_list_figures_response *out)
{
    (void)self;
    struct slice_query query = {
        .kind = SLICE_FIGURES,
        .report_id = in->report_id,
        .search = in->search,
        .token = in->page_token,
        .size = in->page_size == 0 ? FIGURES_PAGE_DEFAULT : (size_t)in->page_size,
        .bytes_max = SIZE_MAX,
    };
    struct slice_page page;
    enum status status = page_read(call, &query, &page);
    if (status != OK) return status;
    out->figures = (slice_figure **)page.messages;
    out->n_figures = page.count;
    out->next_page_token = page.next_token;
    return OK;
}

enum status slice_list_tables(struct slice *self, struct rpc_call *call,
                              const slice_list_tables_request *in, slice_list_tables_response *out)
{
    (void)self;
    struct slice_query query = {
        .kind = SLICE_TABLES,
        .report_id = in->report_id,
        .search = in->search,
        .token = in->page_token,
        .size = in->page_size == 0 ? TABLES_PAGE_DEFAULT : (size_t)in->page_size,
        .bytes_max = PAGE_BYTES_MAX,
    };
    struct slice_page page;
    enum status status = page_read(call, &query, &page);
    if (status != OK) return status;
    out->tables = (slice_table **)page.messages;
    out->n_tables = page.count;
    out->next_page_token = page.next_token;
    return OK;
}

enum status slice_get_slice_status(struct slice *self, struct rpc_call *call,
                                   const slice_get_slice_status_request *in,
                                   slice_get_slice_status_response *out)
{
    (void)in;
    struct arena *arena = rpc_arena(call);
    out->service = arena_copy(arena, self->service, strlen(self->service));
    out->version = arena_copy(arena, self->version, strlen(self->version));
    if (out->service == NULL || out->version == NULL) return RESOURCE_EXHAUSTED;
    enum status status = slice_summaries_read(rpc_db(call), arena, &out->slices, &out->n_slices);
    if (status != OK || self->count_records == NULL) return status;
    return self->count_records(self->self, rpc_db(call), &out->record_count);
}
