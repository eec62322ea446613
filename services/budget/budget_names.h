/* Names of resources that are numbered, `entries/{number}` and `reservations/{number}`. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define ENTRY_PREFIX "entries/"
#define RESERVATION_PREFIX "reservations/"

/* The number of a name. False: the name has another form, so that nothing has it. */
NODISCARD bool name_number(const char *name, const char *prefix, int64_t *number);
