/* Calls of the budget service's writing RPCs for tests, as the runtime makes them: bounds first,
 * then the handler in a savepoint of its own that only success keeps. */
#pragma once

#include "ledger.rpc.h"
#include "support/budget_slices.h"

enum { LINE_NAME_BYTES = 65 };

/* What a call came to. Answers live until budget_answer_end. */
struct budget_answer {
    enum status status;
    const char *message, *reason, *field; /* "" where there is none; the first field at fault. */
    void *out;
    struct rpc_call call;
};

/* Calls a method of one of the service's RPC services. */
void budget_ask(struct budget_fixture *at, const struct rpc_handlers *service, const char *method,
                const void *in, struct budget_answer *answer);
void budget_answer_end(struct budget_answer *answer);

/* What a failed call should have said; "" says that there should be none. */
struct budget_refused {
    enum status status;
    const char *reason, *field, *message;
};
void budget_check_refused(const struct budget_answer *answer, const struct budget_refused *refused);

/* Adds a line, below a parent or ("") as a root of bureau 관 and the year; its name. Fails the test
 * where that does not go. */
const char *budget_line_new(struct budget_fixture *at, const char *parent, int32_t year,
                            const char *label, char name[static LINE_NAME_BYTES]);

/* An entry in short. */
struct entry_short {
    const char *line;
    budget_entry_kind kind;
    int64_t won;
    const char *day;
    const char *corrects;
    budget_carry_over_type carry_over_type;
    int32_t origin_year;
    const char *description;
};

/* Posts entries. */
void budget_post(struct budget_fixture *at, const struct entry_short *entries, size_t count,
                 struct budget_answer *answer);

/* Posts one entry that must go; its number. */
int64_t budget_post_one(struct budget_fixture *at, struct entry_short entry);
