/* What PostgreSQL's error codes mean to who asked the store
 * (https://www.postgresql.org/docs/15/errcodes-appendix.html). */
#pragma once

#include <stdbool.h>

#include "base/status.h"

struct db_sqlstate {
    enum status status;
    bool logged; /* An operator or a programmer must see it. */
    bool again;  /* Only the transaction failed: the same run again may succeed. */
};

/* Five characters such as "23505". NULL: there was no answer, the connection is lost. */
struct db_sqlstate db_sqlstate_of(const char *code);
