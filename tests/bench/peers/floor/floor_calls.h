/* The two calls of the floor: bytes in, bytes out. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { FLOOR_REQUEST_BYTES_MAX = 256, FLOOR_ANSWER_BYTES_MAX = 4096 };

struct floor_calls;

/* Opens the store for reading; `sql_path` holds the statement of GetLine. Ends the program with a
 * message where it cannot. */
struct floor_calls *floor_calls_open(const char *store_path, const char *sql_path);

/* Answers grpc.health.v1.Health/Check; returns the answer's length. */
size_t floor_check(struct floor_calls *calls, const uint8_t *request, size_t length,
                   uint8_t *answer);

/* Answers sotong.budget.v1.BudgetService/GetLine; returns the answer's length, 0 where there is no
 * such line. */
size_t floor_get_line(struct floor_calls *calls, const uint8_t *request, size_t length,
                      uint8_t *answer);

/* Reads of one turn of the loop share a transaction, as those of the services do; it ends here. */
void floor_calls_end_turn(struct floor_calls *calls);
