#include "support/budget_ledgers.h"

#include <stdlib.h>
#include <string.h>

#include "rpc/codec/rpc_codec.h"
#include "support/suite.h"

static bool violate(void *context, const char *field, const char *description)
{
    (void)rpc_violation(context, field, "%s", description);
    return true;
}

/* The method and its handler. */
static const struct rpc_method *method_find(const struct rpc_handlers *service, const char *name,
                                            rpc_handler **handler)
{
    for (size_t i = 0; i < service->service->method_count; i++) {
        const struct rpc_method *method = &service->service->methods[i];
        if (strcmp(method->name, name) != 0) continue;
        *handler = service->handlers[i];
        return method;
    }
    CU_FAIL_FATAL("there is no such method");
    abort();
}

static enum status write_run(struct budget_fixture *at, struct rpc_call *call, rpc_handler *handler,
                             const void *in, void *out)
{
    enum status status = db_begin(at->db);
    if (status != OK) return status;
    status = db_savepoint_begin(at->db);
    if (status == OK) {
        status = handler(&at->budget, call, in, out);
        enum status kept = OK;
        if (status == OK)
            kept = db_savepoint_release(at->db);
        else
            db_savepoint_rollback(at->db);
        if (kept != OK) status = kept;
    }
    enum status committed = db_commit(at->db);
    if (committed == OK) return status;
    db_rollback(at->db);
    return committed;
}

void budget_ask(struct budget_fixture *at, const struct rpc_handlers *service, const char *method,
                const void *in, struct budget_answer *answer)
{
    rpc_handler *handler;
    const struct rpc_method *found = method_find(service, method, &handler);
    struct rpc_call *call = &answer->call;
    calls_begin(call, at->db);
    call->method = found;
    answer->out = rpc_message_new(&call->arena, found->output->descriptor);
    answer->status = RESOURCE_EXHAUSTED;
    if (answer->out != NULL && !rpc_check_bounds(found->input, in, violate, call))
        answer->status = INVALID_ARGUMENT;
    else if (answer->out != NULL && found->lane == RPC_LANE_WRITE)
        answer->status = write_run(at, call, handler, in, answer->out);
    else if (answer->out != NULL)
        answer->status = handler(&at->budget, call, in, answer->out);
    call->status = answer->status;
    answer->message = answer->status == OK ? "" : rpc_call_message(call);
    answer->reason = call->reason;
    answer->field = call->violation_count == 0 ? "" : call->violations[0].field;
}

void budget_answer_end(struct budget_answer *answer)
{
    calls_end(&answer->call);
}

static void check_text(const char *what, const char *said, const char *expected)
{
    if (strcmp(said, expected) != 0) (void)printf("%s: \"%s\", not \"%s\"\n", what, said, expected);
    CU_ASSERT_STRING_EQUAL(said, expected);
}

void budget_check_refused(const struct budget_answer *answer, const struct budget_refused *refused)
{
    check_text("status", status_name(answer->status), status_name(refused->status));
    check_text("reason", answer->reason, refused->reason);
    check_text("field", answer->field, refused->field);
    check_text("message", answer->message, refused->message);
}

static const char *request_id(struct budget_fixture *at)
{
    char *id = arena_printf(&at->arena, "w%d", ++at->request);
    CU_ASSERT_PTR_NOT_NULL_FATAL(id);
    return id;
}

const char *budget_line_new(struct budget_fixture *at, const char *parent, int32_t year,
                            const char *label, char name[static LINE_NAME_BYTES])
{
    struct budget_answer answer;
    budget_create_line_request in = BUDGET_CREATE_LINE_REQUEST_INIT;
    in.request_id = string_borrow(request_id(at));
    in.parent = string_borrow(parent);
    in.label = string_borrow(label);
    if (parent[0] == '\0') {
        in.publisher = string_borrow("관");
        in.fiscal_year = year;
    }
    budget_ask(at, &budget_ledger_service_handlers, "CreateLine", &in, &answer);
    if (answer.status != OK) (void)printf("%s: %s\n", label, answer.message);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    const budget_create_line_response *out = answer.out;
    (void)snprintf(name, LINE_NAME_BYTES, "%s", out->line->name);
    budget_answer_end(&answer);
    return name;
}

static budget_new_entry *entry_message_new(struct arena *arena, const struct entry_short *entry)
{
    budget_new_entry *made = arena_alloc(arena, sizeof *made);
    CU_ASSERT_PTR_NOT_NULL_FATAL(made);
    *made = (budget_new_entry)BUDGET_NEW_ENTRY_INIT;
    made->line = string_borrow(entry->line);
    made->kind = entry->kind;
    made->amount_won = entry->won;
    made->effective_date = string_borrow(entry->day);
    made->corrects = string_borrow(entry->corrects == NULL ? "" : entry->corrects);
    made->carry_over_type = entry->carry_over_type;
    made->origin_year = entry->origin_year;
    made->description = string_borrow(entry->description == NULL ? "" : entry->description);
    return made;
}

void budget_post(struct budget_fixture *at, const struct entry_short *entries, size_t count,
                 struct budget_answer *answer)
{
    struct arena arena;
    arena_init(&arena, CALLS_ARENA_BYTES_MAX);
    budget_post_entries_request in = BUDGET_POST_ENTRIES_REQUEST_INIT;
    in.request_id = string_borrow("post");
    in.entries = arena_calloc(&arena, count + 1, sizeof(budget_new_entry *));
    CU_ASSERT_PTR_NOT_NULL_FATAL(in.entries);
    for (size_t i = 0; i < count; i++)
        in.entries[in.n_entries++] = entry_message_new(&arena, &entries[i]);
    budget_ask(at, &budget_ledger_service_handlers, "PostEntries", &in, answer);
    /* What the answer borrows of the request is copied before that goes. */
    budget_post_entries_response *out = answer->out;
    for (size_t i = 0; answer->status == OK && i < out->n_entries; i++) {
        char *text = out->entries[i]->description;
        out->entries[i]->description = arena_copy(&answer->call.arena, text, strlen(text));
    }
    arena_free(&arena);
}

int64_t budget_post_one(struct budget_fixture *at, struct entry_short entry)
{
    struct budget_answer answer;
    budget_post(at, &entry, 1, &answer);
    if (answer.status != OK) (void)printf("%s: %s\n", entry.line, answer.message);
    CU_ASSERT_EQUAL_FATAL(answer.status, OK);
    const budget_post_entries_response *out = answer.out;
    int64_t id = strtoll(out->entries[0]->name + strlen("entries/"), NULL, 10);
    budget_answer_end(&answer);
    return id;
}
