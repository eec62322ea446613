/* The statements about contracts and procedures, one function each; see budget_store.h. */
#pragma once

#include "base/arena.h"
#include "budget_contracts.h"
#include "db/db.h"

struct contract_record {
    int64_t id, line_id; /* line_id only on its way in. */
    const char *line, *publisher, *title;
    const char *vendor_code, *vendor_name;
    int32_t vendor_class, kind, method, tax_basis;
    int64_t amount_won, estimated_won, price_won;
    const char *day;
    int64_t entry_id, procedure_id;    /* 0: none. */
    int64_t recorded_ms, withdrawn_ms; /* withdrawn_ms 0: it stands. */
    const char *withdrawn_reason;
};

struct contract_query {
    const char *line, *publisher, *vendor_code; /* "": of all. */
    int32_t method;                             /* 0: by all. */
    const char *first_day, *as_of;              /* "": without a bound. */
    int64_t known_ms;
    bool withdrawn; /* With those. */
    const char *after_day;
    int64_t after_id;
    size_t size;
};

/* Sets *id. */
NODISCARD enum status contract_insert(struct db *db, const struct contract_record *contract,
                                      int64_t *id);
/* NOT_FOUND: no such contract. */
NODISCARD enum status contract_get(struct db *db, struct arena *arena, int64_t id,
                                   struct contract_record *contract);
NODISCARD enum status contract_page(struct db *db, struct arena *arena,
                                    const struct contract_query *query,
                                    struct contract_record **contracts, size_t *count);
/* NOT_FOUND: there is none that stands. */
NODISCARD enum status contract_withdraw(struct db *db, int64_t id, int64_t now_ms,
                                        const char *reason);
/* What the contracts that stand take of a commitment, in won. */
NODISCARD enum status contract_entry_sum(struct db *db, int64_t entry_id, int64_t *won);

struct procedure_record {
    int64_t id, line_id;
    const char *line, *title;
    int64_t amount_won;
    enum procedure_stage stage;
    int32_t failed_count;
    const char *last_day;
    int64_t contract_id; /* 0: none so far. */
};

struct stage_record {
    enum procedure_stage stage;
    const char *day, *note;
};

/* Sets *id. */
NODISCARD enum status procedure_insert(struct db *db, const struct procedure_record *procedure,
                                       int64_t now_ms, int64_t *id);
/* NOT_FOUND: no such procedure. */
NODISCARD enum status procedure_get(struct db *db, struct arena *arena, int64_t id,
                                    struct procedure_record *procedure);
/* `line` "": of all; `open`: only those that go on; behind the one with the id `after`. */
NODISCARD enum status procedure_page(struct db *db, struct arena *arena, const char *line,
                                     bool open, int64_t after, size_t size,
                                     struct procedure_record **procedures, size_t *count);
/* Adds a stage and moves the procedure there; `procedure` is what it was, and becomes what it is.
 */
NODISCARD enum status procedure_move(struct db *db, struct procedure_record *procedure,
                                     const struct stage_record *stage, int64_t now_ms);
NODISCARD enum status procedure_stages(struct db *db, struct arena *arena, int64_t id,
                                       struct stage_record **stages, size_t *count);
