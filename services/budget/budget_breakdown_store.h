/* The statements about classes of lines and carry-over, one function each; see budget_store.h. */
#pragma once

#include "base/arena.h"
#include "db/db.h"

struct line_class_record {
    int64_t line_id;
    int32_t class;
};

NODISCARD enum status line_class_set(struct db *db, int64_t line_id, int32_t class);
/* The lines of a year and bureau ("": of all) whose class was set, by their id. */
NODISCARD enum status line_class_list(struct db *db, struct arena *arena, int32_t fiscal_year,
                                      const char *publisher, struct line_class_record **classes,
                                      size_t *count);
NODISCARD enum status line_open(struct db *db, int64_t line_id, bool *closed, bool *year_closed);

struct carry_over_query {
    int32_t fiscal_year;
    const char *as_of, *publisher, *line; /* The last two "": of all. */
    int64_t known_ms;
    size_t size;
};

struct carry_over_record {
    const char *line, *label;
    int32_t type, origin_year;
    int64_t won;
};
NODISCARD enum status carry_over_list(struct db *db, struct arena *arena,
                                      const struct carry_over_query *query,
                                      struct carry_over_record **rows, size_t *count);
