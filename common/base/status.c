#include "base/status.h"

#include <stddef.h>

static const struct {
    const char *name;
    const char *connect_name;
    int http;
} statuses[STATUS_COUNT] = {
    [OK] = {"OK", "ok", 200},
    [CANCELLED] = {"CANCELLED", "canceled", 499},
    [UNKNOWN] = {"UNKNOWN", "unknown", 500},
    [INVALID_ARGUMENT] = {"INVALID_ARGUMENT", "invalid_argument", 400},
    [DEADLINE_EXCEEDED] = {"DEADLINE_EXCEEDED", "deadline_exceeded", 504},
    [NOT_FOUND] = {"NOT_FOUND", "not_found", 404},
    [ALREADY_EXISTS] = {"ALREADY_EXISTS", "already_exists", 409},
    [PERMISSION_DENIED] = {"PERMISSION_DENIED", "permission_denied", 403},
    [RESOURCE_EXHAUSTED] = {"RESOURCE_EXHAUSTED", "resource_exhausted", 429},
    [FAILED_PRECONDITION] = {"FAILED_PRECONDITION", "failed_precondition", 400},
    [ABORTED] = {"ABORTED", "aborted", 409},
    [OUT_OF_RANGE] = {"OUT_OF_RANGE", "out_of_range", 400},
    [UNIMPLEMENTED] = {"UNIMPLEMENTED", "unimplemented", 501},
    [INTERNAL] = {"INTERNAL", "internal", 500},
    [UNAVAILABLE] = {"UNAVAILABLE", "unavailable", 503},
    [DATA_LOSS] = {"DATA_LOSS", "data_loss", 500},
    [UNAUTHENTICATED] = {"UNAUTHENTICATED", "unauthenticated", 401},
};

static enum status known(enum status status)
{
    return (unsigned)status < STATUS_COUNT ? status : UNKNOWN;
}

const char *status_name(enum status status)
{
    return statuses[known(status)].name;
}

const char *status_connect_name(enum status status)
{
    return statuses[known(status)].connect_name;
}

int status_http(enum status status)
{
    return statuses[known(status)].http;
}
