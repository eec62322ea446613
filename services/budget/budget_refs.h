/* What requests name things by: lines, numbered things, days, instants, places in lists. Functions
 * that take the call fail it with the reason that the .proto names. */
#pragma once

#include "base/date.h"
#include "budget_contract_store.h"
#include "rpc/rpc.h"
#include "timestamp.rpc.h"

/* The line that a request names. */
struct line_ref {
    int64_t id;
    int32_t fiscal_year;
    const char *publisher;
};

/* NOT_FOUND, LINE_UNKNOWN, and the field: no line has this name. */
NODISCARD enum status ref_line(struct rpc_call *call, const char *field, const char *name,
                               struct line_ref *line);

/* The number behind `{collection}/`, such as `contracts/12`. False: the name has another form. */
NODISCARD bool ref_number(const char *name, const char *collection, int64_t *number);

/* A day of a field. INVALID_ARGUMENT: it is none, or, DATE_OUTSIDE_YEAR, not of the fiscal year (0:
 * of any). */
NODISCARD enum status ref_day(struct rpc_call *call, const char *field, const char *string,
                              int32_t fiscal_year, struct date *day);

/* An amount of a field, from 1. INVALID_ARGUMENT: 0 or negative. */
NODISCARD enum status ref_amount(struct rpc_call *call, const char *field, int64_t amount_won);

/* A value of an enum, from 1 to `last`. INVALID_ARGUMENT: it has no such value. */
NODISCARD enum status ref_enum(struct rpc_call *call, const char *field, int value, int last);

/* An instant in epoch milliseconds; INT64_MAX where it is unset. */
int64_t ref_known_ms(const protobuf_timestamp *known_at);

/* Where a page begins: behind a day and a number. Its token is `{day}-{number}`, or `{number}` in
 * lists that have no days. */
struct ref_place {
    const char *day;
    int64_t number;
};
NODISCARD enum status ref_place(struct rpc_call *call, const char *token, bool with_day,
                                struct ref_place *place);
size_t ref_page_size(int32_t asked);

/* The entry that a request names. NOT_FOUND, ENTRY_UNKNOWN: there is none. */
struct entry_ref {
    int64_t id, line_id;
    int32_t kind;
    int64_t won;
};
NODISCARD enum status ref_entry(struct rpc_call *call, const char *field, const char *name,
                                struct entry_ref *entry);

/* The procedure that a request names. NOT_FOUND, PROCEDURE_UNKNOWN: there is none. */
NODISCARD enum status ref_procedure(struct rpc_call *call, const char *field, const char *name,
                                    struct procedure_record *procedure);
