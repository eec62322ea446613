/* Lines and years that calls add and close. Inside the caller's transaction; texts that come out
 * lie in the arena. */
#pragma once

#include "budget_line_rules.h"
#include "budget_store.h"

/* NOT_FOUND: no line has this name. */
NODISCARD enum status line_above_get(struct db *db, struct arena *arena, const char *name,
                                     struct line_above *above);

/* The name of the line that has a path. NOT_FOUND: none. */
NODISCARD enum status line_with_path(struct db *db, struct arena *arena, const struct scope *scope,
                                     const char *path, const char **name);

/* A line to be added. */
struct line_new {
    struct scope scope;
    const struct line_above *above; /* NULL: a root. */
    const char *fund, *path, *label;
    int32_t line_class;
    int64_t now_ms;
};

/* Adds it behind the last of its parent's lines, with its balances and its event; its name. */
NODISCARD enum status line_create(struct db *db, struct arena *arena, const struct line_new *line,
                                  const char **name);

/* A line that is open to no more entries because of its reservations: itself or one below it.
 * NOT_FOUND: none. */
NODISCARD enum status line_below_reserved(struct db *db, struct arena *arena, int64_t line_id,
                                          const char **name);

/* Closes a line and those below it, with their events; how many were open. */
NODISCARD enum status line_close(struct db *db, int64_t line_id, int64_t now_ms, int32_t *count);

/* Since when a year is closed. NOT_FOUND: it is not. */
NODISCARD enum status year_closed_get(struct db *db, const struct scope *scope, int64_t *closed_ms);

/* How many lines a year has, and the first with reservations, "": none. */
NODISCARD enum status year_reserved(struct db *db, struct arena *arena, const struct scope *scope,
                                    int64_t *line_count, const char **name);

/* Closes a year, with the events of its lines. */
NODISCARD enum status year_close(struct db *db, const struct scope *scope, int64_t now_ms);
