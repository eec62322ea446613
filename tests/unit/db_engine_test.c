/* The table of functions that each engine fills: nothing of it is left out but what may be. */
#include "db/db_engine.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "support/suite.h"

/* A member that an engine does without, as db_engine.h says. */
static const struct absent {
    const struct db_engine *engine;
    size_t offset;
} absences[] = {
    {&db_postgres, offsetof(struct db_engine, reopen)},
    {&db_sqlite, offsetof(struct db_engine, migrate_begin)},
    {&db_sqlite, offsetof(struct db_engine, migrate_end)},
};

static bool may_be_absent(const struct db_engine *engine, size_t offset)
{
    for (size_t i = 0; i < ARRAY_LENGTH(absences); i++) {
        if (absences[i].engine == engine && absences[i].offset == offset) return true;
    }
    return false;
}

/* From `open` on all members are pointers, those of functions and of texts: one that is added later
 * is asked for too. */
static void fills_its_table(const struct db_engine *engine)
{
    for (size_t offset = offsetof(struct db_engine, open); offset < sizeof *engine;
         offset += sizeof(void *)) {
        void *member;
        memcpy(&member, (const char *)engine + offset, sizeof member);
        if ((member == NULL) != may_be_absent(engine, offset))
            (void)printf("%s: member at %zu\n", engine->name, offset);
        CU_ASSERT_EQUAL(member == NULL, may_be_absent(engine, offset));
    }
    CU_ASSERT(engine->calls_batch_max > 0);
}

static void sqlite_fills_its_table(void)
{
    fills_its_table(&db_sqlite);
    CU_ASSERT_FALSE(db_sqlite.remote);
}

static void postgres_fills_its_table(void)
{
    fills_its_table(&db_postgres);
    CU_ASSERT_TRUE(db_postgres.remote);
}

SUITE("db_engine", {"SQLite fills its table", sqlite_fills_its_table},
      {"PostgreSQL fills its table", postgres_fills_its_table})
