/* Copying a store whole, from one engine to another as well, and digests by which two stores are
 * compared. A backup is such a copy, into a SQLite file.
 *
 * What tables there are follows from the migrations alone, so that both engines are asked in the
 * same words. The order of a table's rows is that of its primary key; a digest does not depend on
 * the engine. */
#pragma once

#include "base/digest.h"
#include "db/db.h"

/* Steps that belong together, as a caller of db_migrate brings them. */
struct db_migrations {
    const struct db_migration *steps;
    size_t count;
};

enum db_column_type { DB_COLUMN_INT, DB_COLUMN_TEXT, DB_COLUMN_BYTES };

struct db_table {
    const char *name;
    size_t column_count;
    enum db_column_type *types;
    struct db_sql select, insert, clear; /* All rows in order; one row; none. */
    int64_t fresh_count;                 /* Rows that the migrations themselves write. */
};

struct db_schema {
    struct db_table *tables;
    size_t table_count;
};

/* A table of a store. */
struct db_table_digest {
    const char *table;
    int64_t rows;
    char digest[DIGEST_STRING_BYTES]; /* SHA-256 over every value of every row. */
};

/* Brings a store up to all of these steps. As db_migrate. */
NODISCARD enum status db_migrate_all(struct db *db, const struct db_migrations *sets, size_t count,
                                     struct fault *fault);

/* Fails unless a store has all of these steps and no others.
 * FAILED_PRECONDITION: it has not; the fault names a step. */
NODISCARD enum status db_migrated_all(struct db *db, const struct db_migrations *sets, size_t count,
                                      struct fault *fault);

/* The tables that the steps make, in the arena, which must outlive the connections that the schema
 * is used with. INTERNAL: the steps do not run, or a column's type is none of the three. */
NODISCARD enum status db_schema_read(struct arena *arena, const struct db_migrations *sets,
                                     size_t count, struct db_schema *schema, struct fault *fault);

/* The digest of each table of the schema, as many as it has; in the caller's transaction. */
NODISCARD enum status db_digest(struct db *db, const struct db_schema *schema,
                                struct db_table_digest *digests, struct fault *fault);

/* Copies all rows into a store that holds none but what its migrations wrote, in one transaction
 * that db_transfer commits; the caller's read transaction on `from` is what it copies. `digests`
 * are those of what was copied, and were found again in `to` before it was committed.
 * FAILED_PRECONDITION: `to` is not fresh. DATA_LOSS: `to` holds something else than was written. */
NODISCARD enum status db_transfer(struct db *from, struct db *to, const struct db_schema *schema,
                                  struct db_table_digest *digests, struct fault *fault);
