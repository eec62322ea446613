/* Reservations in the store, inside the caller's transaction; texts that come out lie in the arena.
 * What they do to their line is budget_posting's. */
#pragma once

#include "budget_posting.h"
#include "budget_reservation_rules.h"

enum { RESERVATIONS_A_RUN = 500 };

/* Sets its amount aside of the line. Its id is set. OUT_OF_RANGE: a total would not fit 64 bits. */
NODISCARD enum status reservation_add(struct db *db, struct posting_line *line,
                                      struct reservation *reservation);

/* As it is at an instant. NOT_FOUND: there is none. */
NODISCARD enum status reservation_get(struct db *db, struct arena *arena, int64_t id,
                                      int64_t now_ms, struct reservation *reservation);

/* Keeps what became of it: its state, what was posted and by which entry, and when. The line's
 * money is another matter: posting_add with unreserved_won, or posting_reserve. */
NODISCARD enum status reservation_resolve(struct db *db, const struct reservation *reservation);

/* Which reservations a page has. */
struct reservation_query {
    const char *line, *subject; /* "": of all. */
    int32_t state;              /* At now_ms; 0: in all. */
    int64_t now_ms;
    int64_t after_id;
    size_t size;
};
NODISCARD enum status reservation_page(struct db *db, struct arena *arena,
                                       const struct reservation_query *query,
                                       struct reservation **reservations, size_t *count);

/* Gives back what open reservations hold whose time is over, at most RESERVATIONS_A_RUN of them;
 * *count is how many there were. */
NODISCARD enum status reservations_expire(struct db *db, struct arena *arena, int64_t now_ms,
                                          size_t *count);

/* The same of one line, which knows of it then. */
NODISCARD enum status reservations_expire_line(struct db *db, struct arena *arena, int64_t now_ms,
                                               struct posting_line *line, size_t *count);
