/* The one status of the code base, numbered as gRPC's codes, and the attributes that every header
 * uses. */
#pragma once

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(position, first) __attribute__((format(printf, position, first)))
#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum status {
    OK = 0,
    CANCELLED = 1,
    UNKNOWN = 2,
    INVALID_ARGUMENT = 3,
    DEADLINE_EXCEEDED = 4,
    NOT_FOUND = 5,
    ALREADY_EXISTS = 6,
    PERMISSION_DENIED = 7,
    RESOURCE_EXHAUSTED = 8,
    FAILED_PRECONDITION = 9,
    ABORTED = 10,
    OUT_OF_RANGE = 11,
    UNIMPLEMENTED = 12,
    INTERNAL = 13,
    UNAVAILABLE = 14,
    DATA_LOSS = 15,
    UNAUTHENTICATED = 16,
};

enum { STATUS_COUNT = 17 };

/* The name in the specification's capitals, such as "NOT_FOUND"; "UNKNOWN" for a foreign number. */
const char *status_name(enum status status);

/* The name that the Connect protocol uses in JSON, such as "not_found". */
const char *status_connect_name(enum status status);

/* The HTTP status that the Connect protocol gives an error of this code; 200 for OK. */
int status_http(enum status status);
