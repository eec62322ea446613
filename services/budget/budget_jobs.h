/* What the budget service does by itself; see struct app_job. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"
#include "db/db.h"

enum { EXPIRE_EVERY_MS = 1000 };

/* Reservations whose time is over give their money back. */
enum status budget_expire_run(void *self, struct db *db, struct arena *arena, bool *more);
