/* The limits of a service as its configuration names them: `--limit NAME=VALUE`, as often as one
 * likes, and `SOTONG_LIMITS=NAME=VALUE,…`. */
#pragma once

#include "app/app_config.h"

/* Gives every limit its default. */
void app_limits_reset(struct app_config *config);

/* Reads `NAME=VALUE,…`. INVALID_ARGUMENT: an unknown name, or a value out of bounds; the fault
 * begins with `what`, the option or the variable. */
NODISCARD enum status app_limits_read(struct app_config *config, const char *what, const char *list,
                                      struct fault *fault);

/* Every limit with its default and what it does, in the arena; NULL: no memory. */
const char *app_limits_help(struct arena *arena);
