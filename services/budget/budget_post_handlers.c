/* sotong.budget.v1.LedgerService/PostEntries. */
#include <string.h>

#include "base/clock.h"
#include "budget.h"
#include "budget_money.h"
#include "budget_refs.h"
#include "budget_refusal.h"
#include "budget_wire.h"
#include "ledger.rpc.h"

/* A batch on its way into the store. */
struct batch {
    struct rpc_call *call;
    const budget_post_entries_request *in;
    budget_post_entries_response *out;
    int64_t now_ms;
    struct budget_index names; /* Of lines that were read; empty for a single entry. */
    struct posting_line *lines;
    size_t line_count;
    struct transfers transfers;
};

static const char *entry_path(struct batch *batch, size_t index, const char *field)
{
    return arena_printf(rpc_arena(batch->call), "entries[%zu]%s%s", index,
                        field[0] == '\0' ? "" : ".", field);
}

static enum status entry_refuse(struct batch *batch, size_t index, const struct refusal *refusal)
{
    const char *path = entry_path(batch, index, "");
    return path == NULL ? RESOURCE_EXHAUSTED : refusal_fail(batch->call, refusal, path);
}

static enum status entry_unknown(struct batch *batch, size_t index, const char *reason,
                                 const char *field, const char *name)
{
    const char *path = entry_path(batch, index, field);
    return path == NULL ? RESOURCE_EXHAUSTED : unknown_fail(batch->call, reason, path, name);
}

/* The line of an entry. Lines are read once: nobody else writes while the batch is posted. */
static enum status line_find(struct batch *batch, size_t index, struct posting_line **line)
{
    const char *name = batch->in->entries[index]->line;
    const int32_t *read = index_find(&batch->names, name);
    *line = &batch->lines[read == NULL ? (int32_t)batch->line_count : *read];
    if (read != NULL) return OK;
    enum status status =
        posting_line_find(rpc_db(batch->call), rpc_arena(batch->call), name, *line);
    if (status == NOT_FOUND) return entry_unknown(batch, index, "LINE_UNKNOWN", "line", name);
    if (status == OK && batch->in->n_entries > 1)
        status = index_put(&batch->names, name, (int32_t)batch->line_count);
    batch->line_count++;
    return status;
}

/* The name of an entry that does not exist may be the one that this entry would get. */
static enum status corrected_missing(struct batch *batch, size_t index, int64_t id)
{
    int64_t last;
    enum status status = posting_last(rpc_db(batch->call), &last);
    if (status != OK) return status;
    if (id != last + 1)
        return entry_unknown(batch, index, "ENTRY_UNKNOWN", "corrects",
                             batch->in->entries[index]->corrects);
    struct refusal refusal = {
        .status = INVALID_ARGUMENT, .reason = "CORRECTS_ITSELF", .field = "corrects"};
    (void)fault_set(&refusal.fault, INVALID_ARGUMENT, "an entry cannot correct itself");
    return entry_refuse(batch, index, &refusal);
}

static enum status corrected_find(struct batch *batch, size_t index,
                                  struct posting_corrected *corrected)
{
    int64_t id;
    const char *name = batch->in->entries[index]->corrects;
    if (!ref_number(name, "entries", &id))
        return entry_unknown(batch, index, "ENTRY_UNKNOWN", "corrects", name);
    enum status status = posting_corrected_get(rpc_db(batch->call), id, corrected);
    return status == NOT_FOUND ? corrected_missing(batch, index, id) : status;
}

/* Wire to domain; `corrected` is where the draft's lives. */
static enum status draft_from(struct batch *batch, size_t index,
                              struct posting_corrected *corrected, struct posting_draft *draft)
{
    const budget_new_entry *in = batch->in->entries[index];
    *draft = (struct posting_draft){.kind = (int32_t)in->kind,
                                    .won = in->amount_won,
                                    .day = in->effective_date,
                                    .carry_over_type = (int32_t)in->carry_over_type,
                                    .origin_year = in->origin_year};
    if (in->corrects[0] == '\0') return OK;
    enum status status = corrected_find(batch, index, corrected);
    if (status == OK) draft->corrected = corrected;
    return status;
}

static enum status draft_check(struct batch *batch, size_t index, struct posting_line *line,
                               const struct posting_draft *draft)
{
    struct refusal refusal;
    enum status status = money_draft_check(batch->call, line, draft, batch->now_ms, &refusal);
    if (status == OK || refusal.status == OK) return status;
    return entry_refuse(batch, index, &refusal);
}

static enum status draft_post(struct batch *batch, size_t index, struct posting_line *line,
                              const struct posting_draft *draft, struct posting *posting)
{
    const struct posting_corrected *corrected = draft->corrected;
    *posting = (struct posting){
        .kind = (enum entry_kind)draft->kind,
        .won = posting_kept_won(draft),
        .corrects = corrected == NULL ? 0 : corrected->id,
        .carry_over_type = corrected == NULL ? draft->carry_over_type : corrected->carry_over_type,
        .origin_year = corrected == NULL ? draft->origin_year : corrected->origin_year,
        .description = batch->in->entries[index]->description,
        .now_ms = batch->now_ms,
    };
    memcpy(posting->day, draft->day, sizeof posting->day);
    const struct transfer_sum moved = {.fiscal_year = line->fiscal_year, .fund = line->fund};
    enum status status = transfers_add(rpc_arena(batch->call), &batch->transfers, &moved,
                                       posting->kind, posting->won);
    if (status == OK) status = posting_add(rpc_db(batch->call), line, posting);
    if (status != OUT_OF_RANGE) return status;
    struct refusal refusal;
    posting_overflow(line->name, &refusal);
    return entry_refuse(batch, index, &refusal);
}

static enum status entry_post(struct batch *batch, size_t index)
{
    struct posting_line *line;
    struct posting_corrected corrected;
    struct posting_draft draft;
    struct posting posting;
    enum status status = line_find(batch, index, &line);
    if (status == OK) status = draft_from(batch, index, &corrected, &draft);
    if (status == OK) status = draft_check(batch, index, line, &draft);
    if (status == OK) status = draft_post(batch, index, line, &draft, &posting);
    if (status != OK) return status;
    budget_entry *entry = posting_message(rpc_arena(batch->call), line, &posting);
    batch->out->entries[batch->out->n_entries++] = entry;
    return entry == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_post_entries(struct budget *self, struct rpc_call *call,
                                const budget_post_entries_request *in,
                                budget_post_entries_response *out)
{
    (void)self;
    struct arena *arena = rpc_arena(call);
    struct refusal refusal;
    struct batch batch = {
        .call = call, .in = in, .out = out, .now_ms = clock_now_ms(), .names = {.arena = arena}};
    batch.lines = arena_calloc(arena, in->n_entries, sizeof *batch.lines);
    out->entries = arena_calloc(arena, in->n_entries, sizeof(budget_entry *));
    if (batch.lines == NULL || out->entries == NULL) return RESOURCE_EXHAUSTED;
    enum status status = OK;
    for (size_t i = 0; i < in->n_entries && status == OK; i++)
        status = entry_post(&batch, i);
    if (status != OK) return status;
    status = transfers_check(&batch.transfers, &refusal);
    return status == OK ? OK : refusal_fail(call, &refusal, "");
}
