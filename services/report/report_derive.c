#include "report_derive.h"

#include "report_records.h"
#include "report_store.h"

struct derivation {
    struct arena *arena;
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
    return organization_summarize(derivation->arena, figure, &derivation->summary);
}

enum status report_derive(void *self, struct db *db, struct arena *arena,
                          const slice_slice_source *source, int32_t *record_count,
                          struct fault *fault)
{
    (void)self;
    struct derivation derivation = {.arena = arena, .source = source};
    const char *report_id = source->report_id;
    enum status status = slice_visit_tables(db, arena, report_id, on_table, &derivation);
    if (status == OK) status = slice_visit_figures(db, arena, report_id, on_figure, &derivation);
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
    if (status != OK) return fault_set(fault, status, "the records of %s", report_id);
    *record_count = (int32_t)(derivation.headcounts.count + derivation.findings.count);
    return OK;
}

enum status report_count_records(void *self, struct db *db, int64_t *count)
{
    (void)self;
    return report_records_count(db, count);
}
