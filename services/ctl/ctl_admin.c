/* admin: stores of services as a whole: copied from one engine to another, backed up, restored,
 * compared. These commands open the store itself, where they can reach it; a service may go on
 * writing to the one that is read, whose state at one instant is what is copied. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "ctl_terminal.h"
#include "db/db_transfer.h"
#include "rpc_sql.h"
#include "service_stores.h"
#include "slice/slice.h"

enum { SETS_MAX = 3 }; /* Of the slices, of the runtime, its own. */

/* The migrations of a service's store. */
struct store_kind {
    const char *service;
    struct db_migrations sets[SETS_MAX];
    size_t set_count;
};

static enum status kind_find(struct ctl *ctl, const char *service, struct store_kind *kind)
{
    if (ctl_peer_url(ctl, service) == NULL)
        return fault_set(&ctl->fault, INVALID_ARGUMENT, "there is no service %s", service);
    *kind = (struct store_kind){
        .service = service,
        .sets = {{slice_migrations, slice_migration_count}, {rpc_migrations, rpc_migration_count}},
        .set_count = 2};
    for (size_t i = 0; i < SERVICE_STORE_COUNT; i++) {
        const struct service_store *own = &service_stores[i];
        if (strcmp(own->service, service) == 0)
            kind->sets[kind->set_count++] =
                (struct db_migrations){own->migrations, *own->migration_count};
    }
    return OK;
}

/* A store that is read: a transaction is open on it, so that all of it is of one instant. Its
 * migrations must be this program's. */
static enum status source_open(struct ctl *ctl, const struct store_kind *kind, const char *store,
                               struct db **db)
{
    const struct db_config config = {store, DB_READ_ONLY, kind->service};
    enum status status = db_open(&config, db, &ctl->fault);
    if (status == OK) status = db_migrated_all(*db, kind->sets, kind->set_count, &ctl->fault);
    if (status == OK) {
        status = db_begin(*db);
        if (status != OK) fault_set(&ctl->fault, status, "the store cannot be read");
    }
    return status;
}

static void print_digests(struct ctl *ctl, const struct db_schema *schema,
                          const struct db_table_digest *digests)
{
    static const struct terminal_column columns[] = {
        {"table", TERMINAL_LEFT, COLUMN_KEPT},
        {"rows", TERMINAL_RIGHT, COLUMN_KEPT},
        {"sha-256", TERMINAL_LEFT, COLUMN_KEPT},
    };
    if (ctl->json) {
        (void)puts("[");
        for (size_t i = 0; i < schema->table_count; i++)
            (void)printf("  {\"table\": \"%s\", \"rows\": %lld, \"sha256\": \"%s\"}%s\n",
                         digests[i].table, (long long)digests[i].rows, digests[i].digest,
                         i + 1 < schema->table_count ? "," : "");
        (void)puts("]");
        return;
    }
    struct terminal_table table;
    terminal_table_init(&table, &ctl->arena, columns, ARRAY_LENGTH(columns));
    for (size_t i = 0; i < schema->table_count; i++)
        terminal_table_add(&table,
                           (const char *const[]){digests[i].table,
                                                 terminal_number(&ctl->arena, digests[i].rows),
                                                 digests[i].digest});
    terminal_table_print(&table);
}

/* Copies from one store into a new one. */
static enum status transfer(struct ctl *ctl, const struct store_kind *kind, const char *from,
                            const char *to, const struct db_schema *schema,
                            struct db_table_digest *digests)
{
    struct db *source = NULL;
    struct db *target = NULL;
    const struct db_config config = {to, DB_READ_WRITE, kind->service};
    enum status status = source_open(ctl, kind, from, &source);
    if (status == OK) status = db_open(&config, &target, &ctl->fault);
    if (status == OK) status = db_migrate_all(target, kind->sets, kind->set_count, &ctl->fault);
    if (status == OK) status = db_transfer(source, target, schema, digests, &ctl->fault);
    db_close(target);
    db_close(source);
    return status;
}

/* The same into a file that appears only when it is whole. */
static enum status transfer_file(struct ctl *ctl, const struct store_kind *kind, const char *from,
                                 const char *to, const struct db_schema *schema,
                                 struct db_table_digest *digests)
{
    if (access(to, F_OK) == 0)
        return fault_set(&ctl->fault, ALREADY_EXISTS, "%s is there already", to);
    const char *part = arena_printf(&ctl->arena, "%s.part", to);
    if (part == NULL) return RESOURCE_EXHAUSTED;
    (void)unlink(part); /* What an interrupted copy left. */
    enum status status = transfer(ctl, kind, from, part, schema, digests);
    if (status == OK && rename(part, to) != 0)
        status =
            fault_set(&ctl->fault, UNAVAILABLE, "%s cannot be written: %s", to, strerror(errno));
    if (status != OK) (void)unlink(part);
    return status;
}

static enum status digest(struct ctl *ctl, const struct store_kind *kind, const char *store,
                          const struct db_schema *schema, struct db_table_digest *digests)
{
    struct db *db = NULL;
    enum status status = source_open(ctl, kind, store, &db);
    if (status == OK) status = db_digest(db, schema, digests, &ctl->fault);
    db_close(db);
    return status;
}

enum ctl_exit ctl_admin(struct ctl *ctl, const struct ctl_options *options)
{
    const char *verb = options->arguments[0];
    bool digests_only = verb != NULL && strcmp(verb, "digest") == 0;
    bool copies = verb != NULL && (strcmp(verb, "copy") == 0 || strcmp(verb, "backup") == 0 ||
                                   strcmp(verb, "restore") == 0);
    if (!(digests_only && options->argument_count == 3) &&
        !(copies && options->argument_count == 4))
        return ctl_usage("say what: admin copy SERVICE FROM TO, admin backup SERVICE STORE FILE, "
                         "admin restore SERVICE FILE STORE, admin digest SERVICE STORE");
    struct store_kind kind;
    struct db_schema schema = {NULL, 0};
    enum status status = kind_find(ctl, options->arguments[1], &kind);
    if (status == INVALID_ARGUMENT) return ctl_usage("%s", ctl->fault.message);
    if (status == OK)
        status = db_schema_read(&ctl->arena, kind.sets, kind.set_count, &schema, &ctl->fault);
    struct db_table_digest *digests =
        arena_calloc(&ctl->arena, schema.table_count + 1, sizeof *digests);
    if (status == OK && digests == NULL) status = RESOURCE_EXHAUSTED;
    if (status != OK) return ctl_failed(ctl, status);
    const char *from = options->arguments[2];
    const char *to = options->arguments[3];
    if (digests_only)
        status = digest(ctl, &kind, from, &schema, digests);
    else if (strstr(to, "://") != NULL)
        status = transfer(ctl, &kind, from, to, &schema, digests);
    else
        status = transfer_file(ctl, &kind, from, to, &schema, digests);
    if (status != OK) return ctl_failed(ctl, status);
    print_digests(ctl, &schema, digests);
    return CTL_DONE;
}

void ctl_admin_print_help(void)
{
    (void)fputs(
        "\nStores\n"
        "  a SQLite file, such as data/budget.sqlite, or postgresql://USER@HOST:5432/DATABASE;\n"
        "  give a password in PGPASSFILE or PGPASSWORD: others may see the command line\n"
        "\nExamples\n"
        "  sotong admin backup budget data/budget.sqlite backup/budget-2026-06-30.sqlite\n"
        "      one instant of the store, while the service runs\n"
        "  sotong admin restore budget backup/budget-2026-06-30.sqlite data/budget.sqlite\n"
        "      into a store that is not there yet; start the service afterwards\n"
        "  sotong admin copy budget data/budget.sqlite postgresql://sotong@127.0.0.1:5432/sotong\n"
        "      to another engine; stop the service first, start it with --store afterwards\n"
        "  sotong admin digest budget data/budget.sqlite\n"
        "      rows and SHA-256 of every table: equal stores have equal ones, on either engine\n",
        stdout);
}
