/* What went wrong, for a person: the message that travels beside a status below the RPC layer. */
#pragma once

#include "base/status.h"

enum { FAULT_BYTES_MAX = 512 };

struct fault {
    char message[FAULT_BYTES_MAX];
};

/* Writes the message (cut at FAULT_BYTES_MAX on a character's boundary) and returns status, so that
 * a check reads `return fault_set(fault, INVALID_ARGUMENT, "line %d …", line);`. A NULL fault is
 * accepted. The message must hold no personal data. */
enum status fault_set(struct fault *fault, enum status status, const char *format, ...)
    PRINTF_LIKE(3, 4);
