/* One function for each RPC: wire → store or records → wire. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compose.h"
#include "compose_render.h"
#include "reconcile.h"
#include "report.h"
#include "report.rpc.h"
#include "report_gather.h"
#include "report_import.h"
#include "report_records.h"
#include "report_store.h"

enum {
    REPORTS_PAGE = 100,
    TOKENS_PAGE = 1000,
    TOKEN_BLOCKS_SCANNED_MAX =
        64, /* Of one call: a search that finds little ends its page early. */
    RENDERED_BYTES_MAX = 32 * 1024 * 1024,
    REPORTS_COMPOSED_MAX = 100,
};

enum status report_import_report(struct report *self, struct rpc_call *call,
                                 const report_import_report_request *in,
                                 report_import_report_response *out)
{
    return report_import_run(self, call, in, out);
}

enum status report_list_reports(struct report *self, struct rpc_call *call,
                                const report_list_reports_request *in,
                                report_list_reports_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    /* A page token is `{as_of}/{report_id}` of the page's last report. */
    char *as_of = arena_copy(arena, in->page_token, strlen(in->page_token));
    if (as_of == NULL) return RESOURCE_EXHAUSTED;
    char *report_id = strchr(as_of, '/');
    if (report_id == NULL && as_of[0] != '\0') {
        return rpc_violation(call, "page_token", "it is not one of this service");
    }
    if (report_id != NULL) *report_id++ = '\0';
    int limit = in->page_size > 0 ? in->page_size : REPORTS_PAGE;
    struct report_row *rows = NULL;
    size_t count = 0;
    enum status status = report_list(rpc_db(call), arena, as_of, report_id == NULL ? "" : report_id,
                                     limit + 1, &rows, &count);
    if (status != OK) return status;
    bool more = count > (size_t)limit;
    if (more) count = (size_t)limit;
    out->reports = arena_calloc(arena, count + 1, sizeof(void *));
    if (out->reports == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; status == OK && i < count; i++) {
        status = report_message_of(rpc_db(call), arena, &rows[i], &out->reports[i]);
        if (status == OK) out->n_reports++;
    }
    if (status != OK || !more) return status;
    out->next_page_token =
        arena_printf(arena, "%s/%s", rows[count - 1].as_of, rows[count - 1].report_id);
    return out->next_page_token == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* Where a page of numerals begins: `{block}-{index}`. */
struct token_place {
    int64_t block;
    size_t index;
};

static bool token_place_read(const char *token, struct token_place *place)
{
    *place = (struct token_place){0, 0};
    if (token[0] == '\0') return true;
    char *end;
    long long block = strtoll(token, &end, 10);
    if (block < 0 || *end != '-') return false;
    long long index = strtoll(end + 1, &end, 10);
    if (index < 0 || *end != '\0') return false;
    *place = (struct token_place){block, (size_t)index};
    return true;
}

static bool token_matches(const report_token *token, const report_list_tokens_request *in)
{
    if (in->kind != REPORT_TOKEN_KIND_UNSPECIFIED && token->kind != in->kind) return false;
    return in->search[0] == '\0' || strstr(token->printed, in->search) != NULL;
}

/* Adds a block's numerals to the page from place->index on. When the page is full, *place is where
 * the next begins. */
static enum status block_list(struct rpc_call *call, const report_list_tokens_request *in,
                              const struct report_token_block *block, struct token_place *place,
                              struct message_list *tokens, bool *full)
{
    struct arena *arena = rpc_arena(call);
    size_t limit = in->page_size > 0 ? (size_t)in->page_size : TOKENS_PAGE;
    ProtobufCMessage *message = NULL;
    enum status status = message_unpack(
        arena, &sotong__report__v1__list_tokens_response__descriptor, block->tokens, &message);
    if (status != OK) return status;
    const report_list_tokens_response *page = (const void *)message;
    for (size_t i = place->index; i < page->n_tokens; i++) {
        if (!token_matches(page->tokens[i], in)) continue;
        if (tokens->count == limit) {
            *place = (struct token_place){block->block, i};
            *full = true;
            return OK;
        }
        status = message_list_add(arena, tokens, &page->tokens[i]->base);
        if (status != OK) return status;
    }
    *place = (struct token_place){block->block + 1, 0};
    return OK;
}

enum status report_list_tokens(struct report *self, struct rpc_call *call,
                               const report_list_tokens_request *in,
                               report_list_tokens_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct token_place place;
    if (!token_place_read(in->page_token, &place)) {
        return rpc_violation(call, "page_token", "it is not one of this service");
    }
    struct db_rows rows;
    struct report_token_block block;
    struct message_list tokens = {NULL, 0, 0};
    enum status status = report_token_blocks(rpc_db(call), &rows, in->report_id, place.block);
    if (status != OK) return status;
    bool full = false;
    for (int scanned = 0; !full; scanned++) {
        status = report_token_block_next(&rows, &block);
        if (status != OK) break;
        if (scanned == TOKEN_BLOCKS_SCANNED_MAX) {
            full = true;
            break;
        }
        status = block_list(call, in, &block, &place, &tokens, &full);
        if (status != OK) break;
    }
    db_end(&rows);
    if (status != OK && status != NOT_FOUND) return status;
    out->tokens = (report_token **)(void *)tokens.items;
    out->n_tokens = tokens.count;
    if (!full) return OK;
    out->next_page_token = arena_printf(arena, "%lld-%zu", (long long)place.block, place.index);
    return out->next_page_token == NULL ? RESOURCE_EXHAUSTED : OK;
}

/* The records of a kind of the latest report of each publisher up to a day. */
static enum status latest_records(struct rpc_call *call, const char *as_of,
                                  enum report_records records, struct message_list *list)
{
    struct arena *arena = rpc_arena(call);
    struct report_row *rows = NULL;
    size_t count = 0;
    enum status status = report_latest(rpc_db(call), arena, as_of, "", &rows, &count);
    *list = (struct message_list){NULL, 0, 0};
    for (size_t i = 0; status == OK && i < count; i++) {
        struct message_list part;
        status = report_records_list(rpc_db(call), arena, records, rows[i].report_id, &part);
        for (size_t k = 0; status == OK && k < part.count; k++) {
            status = message_list_add(arena, list, part.items[k]);
        }
    }
    return status;
}

enum status report_list_headcounts(struct report *self, struct rpc_call *call,
                                   const report_list_headcounts_request *in,
                                   report_list_headcounts_response *out)
{
    (void)self;
    struct message_list list;
    enum status status = latest_records(call, in->as_of, REPORT_HEADCOUNTS, &list);
    if (status != OK) return status;
    out->headcounts = (report_headcount **)(void *)list.items;
    out->n_headcounts = list.count;
    return OK;
}

/* The organisation of one report: what its text lists, else what its headcounts name. */
static enum status organization_of(struct rpc_call *call, const char *report_id,
                                   struct message_list *units)
{
    struct arena *arena = rpc_arena(call);
    struct message_list headcounts;
    enum status status =
        report_records_list(rpc_db(call), arena, REPORT_ORGANIZATION_UNITS, report_id, units);
    if (status != OK || units->count > 0) return status;
    status = report_records_list(rpc_db(call), arena, REPORT_HEADCOUNTS, report_id, &headcounts);
    return status == OK ? organization_from_headcounts(arena, &headcounts, units) : status;
}

enum status report_list_organization_units(struct report *self, struct rpc_call *call,
                                           const report_list_organization_units_request *in,
                                           report_list_organization_units_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct report_row *rows = NULL;
    size_t count = 0;
    struct message_list list = {NULL, 0, 0};
    enum status status = report_latest(rpc_db(call), arena, in->as_of, "", &rows, &count);
    for (size_t i = 0; status == OK && i < count; i++) {
        struct message_list part;
        const char *summary = "";
        status = organization_of(call, rows[i].report_id, &part);
        for (size_t k = 0; status == OK && k < part.count; k++) {
            status = message_list_add(arena, &list, part.items[k]);
        }
        if (status == OK) {
            status = report_summary_get(rpc_db(call), arena, rows[i].report_id, &summary);
        }
        if (status != OK || summary[0] == '\0') continue;
        const char *before = out->summary[0] == '\0' ? "" : " / ";
        out->summary = arena_printf(arena, "%s%s%s", out->summary, before, summary);
        if (out->summary == NULL) return RESOURCE_EXHAUSTED;
    }
    if (status != OK) return status;
    out->units = (report_organization_unit **)(void *)list.items;
    out->n_units = list.count;
    return OK;
}

enum status report_list_audit_findings(struct report *self, struct rpc_call *call,
                                       const report_list_audit_findings_request *in,
                                       report_list_audit_findings_response *out)
{
    (void)self;
    struct message_list findings, totals = {NULL, 0, 0};
    enum status status = latest_records(call, in->as_of, REPORT_AUDIT_FINDINGS, &findings);
    if (status == OK) status = audit_totals(rpc_arena(call), &findings, &totals);
    if (status != OK) return status;
    out->audit_findings = (report_audit_finding **)(void *)findings.items;
    out->n_audit_findings = findings.count;
    out->totals = (report_audit_total **)(void *)totals.items;
    out->n_totals = totals.count;
    return OK;
}

/* The ledger as it was known right before the report was imported, which has made it say what the
 * report prints; where nothing was known of the bureau then, as it is known now. */
static enum status ledger_before(struct rpc_call *call, const struct report_row *row,
                                 struct gathered_ledger *ledger)
{
    enum status status = OK;
    if (row->imported_ms > 0) {
        status = gather_ledger(call, row->as_of, row->publisher, row->imported_ms - 1, ledger);
        if (status != OK || !gathered_ledger_is_empty(ledger)) return status;
    }
    return gather_ledger(call, row->as_of, row->publisher, 0, ledger);
}

enum status report_reconcile_report(struct report *self, struct rpc_call *call,
                                    const report_reconcile_report_request *in,
                                    report_reconcile_report_response *out)
{
    struct arena *arena = rpc_arena(call);
    struct report_row row;
    struct gathered slices;
    struct gathered_ledger ledger;
    enum status status = report_get(rpc_db(call), arena, in->report_id, &row);
    if (status == NOT_FOUND) {
        return rpc_fail(call, NOT_FOUND, "there is no report %s", in->report_id);
    }
    if (status == OK) status = gather_slices(self, call, in->report_id, &slices);
    if (status == OK) status = ledger_before(call, &row, &ledger);
    if (status != OK) return status;
    const struct reconcile_input input = {
        .report_id = row.report_id,
        .as_of = row.as_of,
        .publisher = row.publisher,
        .figures = (slice_figure *const *)(void *)slices.figures.items,
        .figure_count = slices.figures.count,
        .tables = (slice_table *const *)(void *)slices.tables.items,
        .table_count = slices.tables.count,
        .execution = ledger.execution->rows,
        .execution_count = ledger.execution->n_rows,
        .comparison = ledger.comparison->rows,
        .comparison_count = ledger.comparison->n_rows,
    };
    struct reconcile_output output = {NULL, 0, NULL, 0};
    status = reconcile_run(arena, &input, &output, rpc_fault(call));
    if (status != OK) return status;
    out->findings = output.findings;
    out->n_findings = output.finding_count;
    out->rules = output.rules;
    out->n_rules = output.rule_count;
    return OK;
}

/* Everything that composing takes of one report. */
static enum status compose_gather(struct report *self, struct rpc_call *call,
                                  const struct report_row *row, struct compose_report *out)
{
    struct arena *arena = rpc_arena(call);
    struct db *db = rpc_db(call);
    struct gathered slices;
    struct message_list headcounts, units, findings;
    *out = (struct compose_report){.report_id = row->report_id,
                                   .title = row->title,
                                   .publisher = row->publisher,
                                   .as_of = row->as_of};
    enum status status = gather_slices(self, call, row->report_id, &slices);
    if (status == OK) {
        status = report_records_list(db, arena, REPORT_HEADCOUNTS, row->report_id, &headcounts);
    }
    if (status == OK) {
        status = report_records_list(db, arena, REPORT_AUDIT_FINDINGS, row->report_id, &findings);
    }
    if (status == OK) status = organization_of(call, row->report_id, &units);
    if (status == OK) status = report_summary_get(db, arena, row->report_id, &out->summary);
    if (status != OK) return status;
    out->figures = slices.figures;
    out->tables = slices.tables;
    out->headcounts = headcounts;
    out->units = units;
    out->findings = findings;
    return OK;
}

static enum status compose_rendered(struct rpc_call *call, report_render_format format,
                                    report_compose_report_response *out)
{
    struct buffer buffer;
    buffer_init(&buffer, RENDERED_BYTES_MAX);
    enum status status = OK;
    if (format == REPORT_RENDER_FORMAT_MARKDOWN) {
        status = compose_markdown(out->document, &buffer);
    } else if (format == REPORT_RENDER_FORMAT_HTML) {
        status = compose_html(out->document, &buffer);
    }
    if (status == OK) {
        out->rendered = arena_copy(rpc_arena(call), (const char *)buffer.bytes, buffer.length);
        if (out->rendered == NULL) status = RESOURCE_EXHAUSTED;
    }
    buffer_free(&buffer);
    return status;
}

enum status report_compose_report(struct report *self, struct rpc_call *call,
                                  const report_compose_report_request *in,
                                  report_compose_report_response *out)
{
    struct arena *arena = rpc_arena(call);
    struct report_row *rows = NULL;
    size_t count = 0;
    struct gathered_ledger ledger;
    enum status status =
        report_latest(rpc_db(call), arena, in->as_of, in->publisher, &rows, &count);
    if (status == OK && count > REPORTS_COMPOSED_MAX)
        return rpc_fail(call, OUT_OF_RANGE,
                        "there are reports of more than %d bureaus; ask for one publisher",
                        REPORTS_COMPOSED_MAX);
    if (status == OK) status = gather_ledger(call, in->as_of, in->publisher, 0, &ledger);
    if (status != OK) return status;
    struct compose_report *reports = arena_calloc(arena, count + 1, sizeof *reports);
    if (reports == NULL) return RESOURCE_EXHAUSTED;
    for (size_t i = 0; status == OK && i < count; i++) {
        status = compose_gather(self, call, &rows[i], &reports[i]);
    }
    if (status != OK) return status;
    if (count == 0 && ledger.execution->n_rows == 0 && ledger.comparison->n_rows == 0) {
        return rpc_fail(call, NOT_FOUND, "nothing is recorded on or before %s", in->as_of);
    }
    const struct compose_input input = {
        .as_of = in->as_of,
        .publisher = in->publisher,
        .reports = reports,
        .report_count = count,
        .execution = ledger.execution->rows,
        .execution_count = ledger.execution->n_rows,
        .comparison = ledger.comparison->rows,
        .comparison_count = ledger.comparison->n_rows,
        .funds = ledger.funds->accounts,
        .fund_count = ledger.funds->n_accounts,
    };
    status = compose_document(arena, &input, &out->document);
    if (status == OK) status = compose_rendered(call, in->render_format, out);
    return status;
}
