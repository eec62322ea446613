#include "db/db_sqlstate.h"

#include <stddef.h>
#include <string.h>

/* The first row whose code the error's code begins with; the last fits all. */
static const struct row {
    const char *code;
    struct db_sqlstate meaning;
} rows[] = {
    {"08P01", {INTERNAL, .logged = true}},           /* As where values are missing. */
    {"08", {UNAVAILABLE, .logged = true}},           /* The connection. */
    {"23505", {ALREADY_EXISTS}},                     /* A unique key. */
    {"23P01", {ALREADY_EXISTS}},                     /* An exclusion constraint. */
    {"23", {FAILED_PRECONDITION}},                   /* Another constraint. */
    {"22003", {FAILED_PRECONDITION}},                /* A number that a column cannot hold. */
    {"25006", {UNAVAILABLE, .logged = true}},        /* Read only, as a standby is. */
    {"25P03", {UNAVAILABLE, .logged = true}},        /* Idle in a transaction for too long. */
    {"28", {UNAVAILABLE, .logged = true}},           /* Not let in. */
    {"3D", {UNAVAILABLE, .logged = true}},           /* There is no such database. */
    {"40001", {ABORTED, .again = true}},             /* Serialization. */
    {"40P01", {ABORTED, .again = true}},             /* A deadlock. */
    {"40003", {UNAVAILABLE, .logged = true}},        /* Whether it was done is unknown. */
    {"42501", {UNAVAILABLE, .logged = true}},        /* A right is missing. */
    {"53200", {RESOURCE_EXHAUSTED, .logged = true}}, /* The server's memory. */
    {"53", {UNAVAILABLE, .logged = true}},           /* Its disk, its connections. */
    {"54", {RESOURCE_EXHAUSTED, .logged = true}},    /* Its limits, such as of a key. */
    {"55P03", {ABORTED, .again = true}},             /* A lock was not to be had. */
    {"57", {UNAVAILABLE, .logged = true}},           /* It stops, or was told to. */
    {"58", {UNAVAILABLE, .logged = true}},           /* Its files. */
    {"XX001", {DATA_LOSS, .logged = true}},          /* Data is corrupted … */
    {"XX002", {DATA_LOSS, .logged = true}},          /* … or an index. */
    {"", {INTERNAL, .logged = true}},                /* The statement is wrong. */
};

struct db_sqlstate db_sqlstate_of(const char *code)
{
    if (code == NULL) return (struct db_sqlstate){UNAVAILABLE, .logged = true};
    const struct row *row = rows;
    while (strncmp(row->code, code, strlen(row->code)) != 0)
        row++;
    return row->meaning;
}
