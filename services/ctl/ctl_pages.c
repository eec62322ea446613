#include "ctl_pages.h"

#include <stdlib.h>
#include <string.h>

/* A growing list of messages in the run's arena. */
struct list {
    struct arena *arena;
    void **items;
    size_t count, capacity;
};

static enum status list_add_all(struct list *list, void **items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list->count == list->capacity) {
            void *grown = arena_grow(list->arena, list->items, list->count, &list->capacity,
                                     sizeof *list->items);
            if (grown == NULL) return RESOURCE_EXHAUSTED;
            list->items = grown;
        }
        list->items[list->count++] = items[i];
    }
    return OK;
}

/* Asks one owner for a page after another and adds them to the list. */
typedef enum status owner_pages(struct ctl *ctl, const struct ctl_options *options,
                                const char *owner, struct list *list);

/* Asks the owner of the options, or every service. */
static enum status each_owner(struct ctl *ctl, const struct ctl_options *options,
                              owner_pages *pages, struct list *list)
{
    if (options->owner != NULL) return pages(ctl, options, options->owner, list);
    enum status status = OK;
    for (size_t i = 0; status == OK && i < ctl->peer_count; i++) {
        status = pages(ctl, options, ctl->peers[i].service, list);
    }
    return status;
}

static enum status figure_pages(struct ctl *ctl, const struct ctl_options *options,
                                const char *owner, struct list *list)
{
    slice_list_figures_request in = SLICE_LIST_FIGURES_REQUEST_INIT;
    in.report_id = ctl_borrowed(options->report);
    in.search = ctl_borrowed(options->search);
    in.page_size = 1000;
    const struct rpc_options rpc = ctl_rpc(ctl, owner);
    slice_list_figures_response *page = NULL;
    do {
        enum status status = slice_client_list_figures(ctl->client, &rpc, &in, &page);
        if (status == OK) status = list_add_all(list, (void **)page->figures, page->n_figures);
        if (status != OK) return status;
        in.page_token = page->next_page_token;
    } while (in.page_token[0] != '\0');
    return OK;
}

static enum status table_pages(struct ctl *ctl, const struct ctl_options *options,
                               const char *owner, struct list *list)
{
    slice_list_tables_request in = SLICE_LIST_TABLES_REQUEST_INIT;
    in.report_id = ctl_borrowed(options->report);
    in.search = ctl_borrowed(options->search);
    in.page_size = 200;
    const struct rpc_options rpc = ctl_rpc(ctl, owner);
    slice_list_tables_response *page = NULL;
    do {
        enum status status = slice_client_list_tables(ctl->client, &rpc, &in, &page);
        if (status == OK) status = list_add_all(list, (void **)page->tables, page->n_tables);
        if (status != OK) return status;
        in.page_token = page->next_page_token;
    } while (in.page_token[0] != '\0');
    return OK;
}

static int citation_order(const type_citation *a, const type_citation *b)
{
    int order = strcmp(a->report_id, b->report_id);
    if (order != 0) return order;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

static int figure_order(const void *a, const void *b)
{
    const slice_figure *const *left = a, *const *right = b;
    return citation_order((*left)->citation, (*right)->citation);
}

static int table_order(const void *a, const void *b)
{
    const slice_table *const *left = a, *const *right = b;
    int order = citation_order((*left)->citation, (*right)->citation);
    return order != 0 ? order : strcmp((*left)->name, (*right)->name);
}

enum status ctl_all_figures(struct ctl *ctl, const struct ctl_options *options,
                            slice_list_figures_response *all)
{
    struct list list = {.arena = &ctl->arena};
    enum status status = each_owner(ctl, options, figure_pages, &list);
    if (status != OK) return status;
    if (list.count > 0) qsort(list.items, list.count, sizeof *list.items, figure_order);
    all->figures = (slice_figure **)list.items;
    all->n_figures = list.count;
    return OK;
}

enum status ctl_all_tables(struct ctl *ctl, const struct ctl_options *options,
                           slice_list_tables_response *all)
{
    struct list list = {.arena = &ctl->arena};
    enum status status = each_owner(ctl, options, table_pages, &list);
    if (status != OK) return status;
    if (list.count > 0) qsort(list.items, list.count, sizeof *list.items, table_order);
    all->tables = (slice_table **)list.items;
    all->n_tables = list.count;
    return OK;
}

enum status ctl_all_tokens(struct ctl *ctl, const struct ctl_options *options,
                           report_list_tokens_response *all)
{
    report_list_tokens_request in = REPORT_LIST_TOKENS_REQUEST_INIT;
    in.report_id = ctl_borrowed(options->report);
    in.search = ctl_borrowed(options->search);
    in.page_size = 5000;
    const struct rpc_options rpc = ctl_rpc(ctl, "report");
    struct list list = {.arena = &ctl->arena};
    report_list_tokens_response *page = NULL;
    do {
        enum status status = report_client_list_tokens(ctl->client, &rpc, &in, &page);
        if (status == OK) status = list_add_all(&list, (void **)page->tokens, page->n_tokens);
        if (status != OK) return status;
        in.page_token = page->next_page_token;
    } while (in.page_token[0] != '\0');
    all->tokens = (report_token **)list.items;
    all->n_tokens = list.count;
    return OK;
}

enum status ctl_all_reports(struct ctl *ctl, report_list_reports_response *all)
{
    report_list_reports_request in = REPORT_LIST_REPORTS_REQUEST_INIT;
    in.page_size = 1000;
    const struct rpc_options rpc = ctl_rpc(ctl, "report");
    struct list list = {.arena = &ctl->arena};
    report_list_reports_response *page = NULL;
    do {
        enum status status = report_client_list_reports(ctl->client, &rpc, &in, &page);
        if (status == OK) status = list_add_all(&list, (void **)page->reports, page->n_reports);
        if (status != OK) return status;
        in.page_token = page->next_page_token;
    } while (in.page_token[0] != '\0');
    all->reports = (report_report **)list.items;
    all->n_reports = list.count;
    return OK;
}

enum status ctl_report_known(struct ctl *ctl, const char *id)
{
    if (id == NULL) return OK;
    report_list_reports_response all = REPORT_LIST_REPORTS_RESPONSE_INIT;
    enum status status = ctl_all_reports(ctl, &all);
    if (status != OK) return status;
    for (size_t i = 0; i < all.n_reports; i++) {
        if (strcmp(all.reports[i]->id, id) == 0) return OK;
    }
    return fault_set(&ctl->fault, NOT_FOUND, "there is no report %s", id);
}
