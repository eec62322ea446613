/* The statements about non-tax revenue, one function each; see budget_store.h. */
#pragma once

#include "base/arena.h"
#include "budget_revenues.h"
#include "db/db.h"

struct revenue_class_record {
    int64_t id;
    const char *code, *publisher, *label;
    int32_t kind;
    const char *legal_basis;  /* "": that of the kind. */
    struct revenue_sums sums; /* Only of revenue_list. */
};

struct revenue_record {
    int64_t id, class_id;
    const char *code; /* Of the class. */
    int32_t fiscal_year, action;
    int64_t amount_won;
    const char *day, *description;
    int64_t corrects_id; /* 0: nothing. */
    int64_t recorded_ms;
    int64_t taken_won; /* What later ones took back of it, 0 or negative; only of revenue_get. */
};

/* ALREADY_EXISTS: the code is taken. */
NODISCARD enum status revenue_class_insert(struct db *db, const struct revenue_class_record *class,
                                           int64_t now_ms);
/* NOT_FOUND: no class has this code. */
NODISCARD enum status revenue_class_get(struct db *db, struct arena *arena, const char *code,
                                        struct revenue_class_record *class);
NODISCARD enum status revenue_insert(struct db *db, struct revenue_record *record);
/* Without code and description. NOT_FOUND: there is no such record. */
NODISCARD enum status revenue_get(struct db *db, struct arena *arena, int64_t id,
                                  struct revenue_record *record);
/* The days of a class and year. */
NODISCARD enum status revenue_days(struct db *db, struct arena *arena, int64_t class_id,
                                   int32_t fiscal_year, struct revenue_day **days, size_t *count);

struct revenue_query {
    const char *publisher, *code; /* "": of all. */
    int32_t fiscal_year;
    const char *as_of;
    int64_t known_ms;
    const char *after_day;
    int64_t after_id;
    size_t size;
};
/* Classes with their sums; by publisher, year, as_of, known_ms. */
NODISCARD enum status revenue_list(struct db *db, struct arena *arena,
                                   const struct revenue_query *query,
                                   struct revenue_class_record **classes, size_t *count);
/* Records; by code, year (0: of all), as_of ("": all), known_ms, behind a place. */
NODISCARD enum status revenue_page(struct db *db, struct arena *arena,
                                   const struct revenue_query *query,
                                   struct revenue_record **records, size_t *count);
