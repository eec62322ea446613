/* sotong.budget.v1.LedgerService: adding and closing lines and years, one function per RPC. */
#include <string.h>

#include "base/clock.h"
#include "budget.h"
#include "budget_columns.h"
#include "budget_line_store.h"
#include "budget_refusal.h"
#include "budget_wire.h"
#include "ledger.rpc.h"

/* A label as it is kept, and what it names: as the import reads a printed one. */
static enum status label_read(struct rpc_call *call, const char *label, struct line_draft *draft)
{
    struct arena *arena = rpc_arena(call);
    struct text composed;
    struct text folded;
    enum status status = text_compose(arena, text_trim(text_from(label)), &composed);
    if (status == OK) status = text_fold(arena, composed, &folded);
    if (status != OK) return status;
    draft->label = arena_copy(arena, composed.bytes, composed.length);
    draft->key = folded.length == 0 ? "" : label_key(arena, folded);
    return draft->label == NULL || draft->key == NULL ? RESOURCE_EXHAUSTED : OK;
}

static enum status draft_from(struct rpc_call *call, const budget_create_line_request *in,
                              struct line_draft *draft)
{
    *draft = (struct line_draft){.publisher = in->publisher,
                                 .fund = in->fund,
                                 .fiscal_year = in->fiscal_year,
                                 .line_class = (int32_t)in->line_class};
    return label_read(call, in->label, draft);
}

/* A line's path: the labels from the root. Those of another fund than the general one, of which
 * reports print nothing, begin with it. */
static const char *path_of(struct arena *arena, const struct line_new *line, const char *key)
{
    const char *begin = line->above != NULL                     ? line->above->path
                        : strcmp(line->fund, FUND_DEFAULT) == 0 ? ""
                                                                : line->fund;
    return arena_printf(arena, "%s/%s", begin, key);
}

static enum status line_add(struct rpc_call *call, const struct line_draft *draft,
                            const struct line_above *above, const char **name)
{
    struct arena *arena = rpc_arena(call);
    struct line_new line = {
        .scope = {draft->publisher, draft->fiscal_year},
        .above = above,
        .fund = draft->fund[0] == '\0' ? FUND_DEFAULT : draft->fund,
        .label = draft->label,
        .line_class = draft->line_class == 0 ? BUDGET_LINE_CLASS_PROJECT : draft->line_class,
        .now_ms = clock_now_ms(),
    };
    if (above != NULL) {
        line.scope = (struct scope){above->publisher, above->fiscal_year};
        line.fund = above->fund;
    }
    line.path = path_of(arena, &line, draft->key);
    if (line.path == NULL) return RESOURCE_EXHAUSTED;
    enum status status = line_with_path(rpc_db(call), arena, &line.scope, line.path, name);
    if (status == NOT_FOUND) return line_create(rpc_db(call), arena, &line, name);
    if (status != OK) return status;
    (void)rpc_violation(call, "label", "is that of %s", *name);
    (void)rpc_reason(call, ALREADY_EXISTS, "LABEL_TAKEN");
    return rpc_fail(call, ALREADY_EXISTS, "%s has this label already", *name);
}

/* The line above, NULL for a root; *year_closed: the root's year is. */
static enum status above_get(struct rpc_call *call, const budget_create_line_request *in,
                             struct line_above *found, const struct line_above **above,
                             bool *year_closed)
{
    enum status status;
    if (in->parent[0] == '\0') {
        int64_t closed_ms;
        struct scope scope = {in->publisher, in->fiscal_year};
        status = year_closed_get(rpc_db(call), &scope, &closed_ms);
        *year_closed = status == OK;
        return status == NOT_FOUND ? OK : status;
    }
    status = line_above_get(rpc_db(call), rpc_arena(call), in->parent, found);
    if (status == NOT_FOUND) return unknown_fail(call, "LINE_UNKNOWN", "parent", in->parent);
    if (status == OK) *above = found;
    return status;
}

/* The line as GetLine shows it. */
static enum status line_show(struct rpc_call *call, const char *name, budget_line **out)
{
    struct line_record line;
    enum status status = line_get(rpc_db(call), rpc_arena(call), name, &line);
    if (status != OK) return status;
    *out = line_message(rpc_arena(call), &line);
    return *out == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status budget_create_line(struct budget *self, struct rpc_call *call,
                               const budget_create_line_request *in,
                               budget_create_line_response *out)
{
    (void)self;
    struct line_draft draft;
    struct line_above found;
    const struct line_above *above = NULL;
    bool year_closed = false;
    struct refusal refusal;
    const char *name;
    enum status status = draft_from(call, in, &draft);
    if (status == OK) status = above_get(call, in, &found, &above, &year_closed);
    if (status != OK) return status;
    status = line_draft_check(&draft, above, year_closed, &refusal);
    if (status != OK) return refusal_fail(call, &refusal, "");
    status = line_add(call, &draft, above, &name);
    return status == OK ? line_show(call, name, &out->line) : status;
}

static enum status reservations_fail(struct rpc_call *call, const char *line)
{
    (void)rpc_reason(call, FAILED_PRECONDITION, "RESERVATIONS_OPEN");
    return rpc_fail(call, FAILED_PRECONDITION,
                    "%s has open reservations; post or release them, or wait until they expire",
                    line);
}

enum status budget_close_line(struct budget *self, struct rpc_call *call,
                              const budget_close_line_request *in, budget_close_line_response *out)
{
    (void)self;
    struct line_above line;
    const char *reserved;
    struct db *db = rpc_db(call);
    enum status status = line_above_get(db, rpc_arena(call), in->name, &line);
    if (status == NOT_FOUND) return unknown_fail(call, "LINE_UNKNOWN", "name", in->name);
    if (status != OK) return status;
    if (line.year_closed) return line_show(call, in->name, &out->line); /* It is closed. */
    status = line_below_reserved(db, rpc_arena(call), line.id, &reserved);
    if (status == OK) return reservations_fail(call, reserved);
    if (status != NOT_FOUND) return status;
    status = line_close(db, line.id, clock_now_ms(), &out->closed_count);
    return status == OK ? line_show(call, in->name, &out->line) : status;
}

enum status budget_close_year(struct budget *self, struct rpc_call *call,
                              const budget_close_year_request *in, budget_close_year_response *out)
{
    (void)self;
    struct db *db = rpc_db(call);
    struct scope scope = {in->publisher, in->fiscal_year};
    int64_t line_count;
    const char *reserved;
    int64_t closed_ms;
    enum status status = year_closed_get(db, &scope, &closed_ms);
    if (status == NOT_FOUND) {
        status = year_reserved(db, rpc_arena(call), &scope, &line_count, &reserved);
        if (status != OK) return status;
        if (line_count == 0) {
            (void)rpc_reason(call, NOT_FOUND, "YEAR_UNKNOWN");
            return rpc_fail(call, NOT_FOUND, "%s has no lines in fiscal year %d", in->publisher,
                            in->fiscal_year);
        }
        if (reserved[0] != '\0') return reservations_fail(call, reserved);
        closed_ms = clock_now_ms();
        status = year_close(db, &scope, closed_ms);
    }
    if (status != OK) return status;
    out->closed_time = timestamp_message(rpc_arena(call), closed_ms);
    return out->closed_time == NULL ? RESOURCE_EXHAUSTED : OK;
}
