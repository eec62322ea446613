#include "support/budget_calls.h"

#include <stdio.h>
#include <string.h>

#include "support/suite.h"

void budget_calls_begin(struct budget_fixture *at, struct rpc_call *call)
{
    budget_open_fixture(at);
    CU_ASSERT_EQUAL_FATAL(budget_put_seoul_2020(at, NULL), OK);
    calls_begin(call, at->db);
}

void budget_calls_end(struct budget_fixture *at, struct rpc_call *call)
{
    calls_end(call);
    budget_close_fixture(at);
}

char *budget_line_2020(struct budget_fixture *at, int row)
{
    char *name = arena_printf(&at->arena, "lines/2020-general-%04d", row);
    CU_ASSERT_PTR_NOT_NULL_FATAL(name);
    return name;
}

void check_reason(const struct rpc_call *call, const char *reason, const char *words)
{
    if (strcmp(call->reason, reason) != 0 || strstr(call->fault.message, words) == NULL)
        (void)printf("\n    expected %s with \"%s\": %s, %s\n", reason, words, call->reason,
                     call->fault.message);
    CU_ASSERT_STRING_EQUAL(call->reason, reason);
    CU_ASSERT_PTR_NOT_NULL(strstr(call->fault.message, words));
}

bool violates(const struct rpc_call *call, const char *field)
{
    for (size_t i = 0; i < call->violation_count; i++) {
        if (strcmp(call->violations[i].field, field) == 0) return true;
    }
    return false;
}

void call_again(struct rpc_call *call)
{
    call->violation_count = 0;
    call->reason[0] = '\0';
    call->fault.message[0] = '\0';
}

void sweep_allocations(struct budget_fixture *at, swept_call *run)
{
    enum { ALLOCATIONS_MAX = 20000 };
    bool finished = false;
    for (long nth = 1; nth < ALLOCATIONS_MAX && !finished; nth++) {
        struct rpc_call call;
        calls_begin(&call, at->db);
        CU_ASSERT_EQUAL_FATAL(db_begin(at->db), OK);
        (void)alloc_fail_at(nth);
        enum status status = run(at, &call);
        (void)alloc_fail_at(0);
        if (status != OK && status != RESOURCE_EXHAUSTED)
            (void)printf("\n    allocation %ld: %s, %s\n", nth, status_name(status),
                         call.fault.message);
        CU_ASSERT_TRUE(status == OK || status == RESOURCE_EXHAUSTED);
        finished = status == OK;
        db_rollback(at->db);
        calls_end(&call);
    }
    CU_ASSERT_TRUE(finished);
}
