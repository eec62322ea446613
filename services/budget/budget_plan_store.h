/* The statements about plans, paces, grants and their parts, one function each; see budget_store.h.
 */
#pragma once

#include "base/arena.h"
#include "budget_plans.h"
#include "db/db.h"

struct plan_record {
    int64_t line_id;  /* Of plan_last and on its way in. */
    const char *line; /* Its name. */
    int32_t basis;
    int64_t recorded_ms;
    struct plan_point *points;
    size_t point_count;
};

NODISCARD enum status plan_insert(struct db *db, const struct plan_record *plan);
/* The plan of plan->line_id that counts, as known at an instant. NOT_FOUND: none was set. */
NODISCARD enum status plan_last(struct db *db, struct arena *arena, int64_t known_ms,
                                struct plan_record *plan);

/* Lines of a year, of one bureau or all (""), as known at an instant. */
struct plan_query {
    int32_t fiscal_year;
    const char *publisher;
    int64_t known_ms;
    const char *day; /* For reasons. */
};
/* Plans with at least one point. */
NODISCARD enum status plan_list(struct db *db, struct arena *arena, const struct plan_query *query,
                                struct plan_record **plans, size_t *count);

struct pace_reason {
    int64_t line_id;  /* On its way in. */
    const char *line; /* Its name; of pace_reason_list. */
    int32_t reason;
    const char *note;
    const char *first_day, *last_day; /* On their way in. */
};
NODISCARD enum status pace_reason_insert(struct db *db, const struct pace_reason *reason,
                                         int64_t now_ms);
NODISCARD enum status pace_reason_list(struct db *db, struct arena *arena,
                                       const struct plan_query *query, struct pace_reason **reasons,
                                       size_t *count);

struct grant_record {
    int64_t id, line_id;
    const char *line, *grantee_code, *grantee_name;
    int64_t total_won;
};

/* Adds a grant with its parts; sets its id. */
NODISCARD enum status grant_insert(struct db *db, struct grant_record *grant,
                                   const struct instalment *parts, size_t count, int64_t now_ms);
/* NOT_FOUND: no such grant. */
NODISCARD enum status grant_get(struct db *db, struct arena *arena, int64_t id,
                                struct grant_record *grant);
/* `line` "": of all; behind the one with the id `after`. */
NODISCARD enum status grant_page(struct db *db, struct arena *arena, const char *line,
                                 int64_t after, size_t size, struct grant_record **grants,
                                 size_t *count);
/* `as_of` "": after all entries. */
NODISCARD enum status instalment_list(struct db *db, struct arena *arena, int64_t grant_id,
                                      const char *as_of, struct instalment **parts, size_t *count);
/* ALREADY_EXISTS: another part has the entry. */
NODISCARD enum status instalment_pay(struct db *db, int64_t grant_id, int64_t position,
                                     int64_t entry_id);
