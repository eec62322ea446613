#include "report_derive.h"

#include "report_records.h"
#include "report_store.h"

enum {
    SCRATCH_BYTES_MAX = 64 * 1024 * 1024, /* One figure's message is far smaller. */
    SCRATCH_BYTES_KEPT = 256 * 1024,
};

struct derivation {
    struct arena *arena;
    struct arena scratch; /* Of the figures that are looked at; emptied on the way. */
    const slice_slice_source *source;
    struct message_list headcounts, findings;
    struct organization_summary summary;
};

static enum status on_table(void *context, const slice_table *table)
{
    struct derivation *derivation = context;
    enum status status =
        headcount_read(derivation->arena, derivation->source, table, &derivation->headcounts);
    if (status != OK) return status;
    return audit_read(derivation->arena, derivation->source, table, &derivation->findings);
}

static enum status on_figure(void *context, const slice_figure *figure)
{
    struct derivation *derivation = context;
    enum status status = organization_summarize(derivation->arena, figure, &derivation->summary);
    if (derivation->scratch.total > SCRATCH_BYTES_KEPT) arena_reset(&derivation->scratch);
    return status;
}

enum status report_derive(void *self, struct db *db, struct arena *arena,
                          const slice_slice_source *source, slice_put_slice_response *out,
                          struct fault *fault)
{
    (void)self;
    struct derivation derivation = {.arena = arena, .source = source};
    const char *report_id = source->report_id;
    enum status status = slice_visit_tables(db, arena, report_id, on_table, &derivation);
    arena_init(&derivation.scratch, SCRATCH_BYTES_MAX);
    if (status == OK) {
        status = slice_visit_figures(db, &derivation.scratch, report_id, on_figure, &derivation);
    }
    arena_free(&derivation.scratch);
    if (status == OK) {
        status =
            report_records_put(db, arena, REPORT_HEADCOUNTS, report_id, &derivation.headcounts);
    }
    if (status == OK) {
        status =
            report_records_put(db, arena, REPORT_AUDIT_FINDINGS, report_id, &derivation.findings);
    }
    const char *summary = derivation.summary.line == 0 ? "" : derivation.summary.summary;
    if (status == OK) status = report_summary_put(db, report_id, summary);
    if (status != OK)
        return fault_set(fault, status, "the records of %s could not be derived", report_id);
    out->record_count = (int32_t)(derivation.headcounts.count + derivation.findings.count);
    return OK;
}

enum status report_count_records(void *self, struct db *db, int64_t *count)
{
    (void)self;
    return report_records_count(db, count);
}
