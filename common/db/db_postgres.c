/* The PostgreSQL engine: statements and their rows, in the binary format. */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "db/db_dialect.h"
#include "db/db_engine.h"
#include "db/db_session.h"

/* PostgreSQL's own numbers of its types, which are part of its protocol. */
enum type {
    TYPE_UNKNOWN = 0,
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_NUMERIC = 1700,
};

enum {
    VALUES_MAX = 32,              /* Placeholders of one statement. */
    NAME_BYTES = 16,              /* "s4294967295" */
    DIGITS_BYTES = 24,            /* A number as text. */
    ROWS_FETCHED = 1000,          /* Of a large statement, at a time. */
    CURSOR_BYTES_MAX = 64 * 1024, /* The text of a large statement. */
    SCRIPT_BYTES_MAX = 4 << 20,   /* A migration. */
    CALLS_BATCH_MAX = 64,         /* Writers of other replicas wait as long. */
    BINARY = 1,                   /* A format of libpq's. */
};

struct statement {
    struct db_session *session;
    const struct db_sql *sql;
    bool kept;
    unsigned generation; /* The link that it is prepared on; 0: on none. */
    char name[NAME_BYTES];
    Oid types[VALUES_MAX]; /* With which it is prepared. */
    size_t value_count;
    PGresult *result; /* NULL: not bound. */
    int row;          /* -1 before the first. */
    int row_count;
    char cursor[NAME_BYTES]; /* "": all rows are in the result. It ends with its transaction. */
    char digits[DIGITS_BYTES];
};

/* The values of a statement as libpq takes them; they live until it is sent. */
struct parameters {
    Oid types[VALUES_MAX];
    const char *values[VALUES_MAX];
    int lengths[VALUES_MAX];
    int formats[VALUES_MAX];
    int64_t numbers[VALUES_MAX];
};

static enum status open_server(const struct db_config *config, void **out, struct fault *fault)
{
    struct db_session *session;
    enum status status = db_session_open(config, &session, fault);
    if (status == OK) *out = session;
    return status;
}

static void close_server(void *self)
{
    db_session_close(self);
}

/* ---- Transactions ---- */

#define SAVEPOINT "SAVEPOINT call"

/* Nothing was sent since the savepoint: it never was. */
static bool savepoint_unsent(struct db_session *session)
{
    if (session->waiting_count == 0) return false;
    if (strcmp(session->waiting[session->waiting_count - 1], SAVEPOINT) != 0) return false;
    session->waiting_count--;
    return true;
}

static enum status savepoint_end(struct db_session *session, bool kept)
{
    if (savepoint_unsent(session)) return OK;
    if (!kept && session->link != NULL) session->again = false;
    enum status status = kept ? OK : db_session_defer(session, "ROLLBACK TO call");
    return status == OK ? db_session_defer(session, "RELEASE call") : status;
}

static enum status control(void *self, enum db_control what)
{
    struct db_session *session = self;
    switch (what) {
    case DB_BEGIN_WRITE:
    case DB_BEGIN_READ:
        return db_session_begin(session);
    case DB_COMMIT:
        return db_session_commit(session);
    case DB_ROLLBACK:
        db_session_rollback(session);
        return OK;
    case DB_SAVEPOINT_BEGIN:
        return db_session_defer(session, SAVEPOINT);
    case DB_SAVEPOINT_RELEASE:
        return savepoint_end(session, true);
    case DB_SAVEPOINT_ROLLBACK:
        return savepoint_end(session, false);
    }
    return INTERNAL;
}

static bool in_transaction(void *self)
{
    const struct db_session *session = self;
    return session->transaction;
}

static bool may_run_again(void *self)
{
    const struct db_session *session = self;
    return session->again;
}

static int64_t changes(void *self)
{
    const struct db_session *session = self;
    return session->changes;
}

static int64_t changes_total(void *self)
{
    const struct db_session *session = self;
    return session->changes_total;
}

/* ---- Statements ---- */

static enum status prepare(void *self, const struct db_sql *sql, bool kept, void **out)
{
    struct statement *statement = alloc_should_fail() ? NULL : calloc(1, sizeof *statement);
    if (statement == NULL) return RESOURCE_EXHAUSTED;
    statement->session = self;
    statement->sql = sql;
    statement->kept = kept;
    *out = statement; /* It is sent with its first values, which tell the types. */
    return OK;
}

static void reset(void *self)
{
    struct statement *statement = self;
    if (statement->result != NULL) statement->session->pq.clear(statement->result);
    statement->result = NULL;
}

static void finalize(void *self)
{
    reset(self);
    free(self);
}

static void parameter_set(struct parameters *parameters, size_t i, const struct db_value *value)
{
    parameters->formats[i] = BINARY;
    parameters->lengths[i] = (int)value->length;
    parameters->values[i] = value->bytes == NULL ? "" : value->bytes;
    switch (value->type) {
    case DB_VALUE_NULL:
        parameters->types[i] = TYPE_UNKNOWN;
        parameters->values[i] = NULL;
        return;
    case DB_VALUE_INT:
        parameters->types[i] = TYPE_INT8;
        parameters->numbers[i] = (int64_t)htobe64((uint64_t)value->number);
        parameters->values[i] = (const char *)&parameters->numbers[i];
        parameters->lengths[i] = sizeof parameters->numbers[i];
        return;
    case DB_VALUE_TEXT:
        parameters->types[i] = TYPE_TEXT;
        return;
    case DB_VALUE_BYTES:
        parameters->types[i] = TYPE_BYTEA;
        return;
    }
}

/* How these values' types relate to those that the statement is prepared with: a NULL has none. */
enum fit { FIT, FIT_MORE, FIT_NOT };

static enum fit types_fit(const struct statement *statement, const struct parameters *parameters,
                          size_t count)
{
    enum fit fit = FIT;
    if (statement->value_count != count) return FIT_NOT;
    for (size_t i = 0; i < count; i++) {
        if (parameters->types[i] == TYPE_UNKNOWN) continue;
        if (statement->types[i] == TYPE_UNKNOWN) fit = FIT_MORE;
        if (statement->types[i] != TYPE_UNKNOWN && statement->types[i] != parameters->types[i])
            return FIT_NOT;
    }
    return fit;
}

/* Chooses how the statement is sent: prepared, to be prepared, or for this once. */
static void flight_choose(struct statement *statement, const struct parameters *parameters,
                          size_t count, struct db_flight *flight)
{
    flight->name = "";
    flight->types = parameters->types;
    if (!statement->kept) return;
    bool prepared = statement->generation == statement->session->generation;
    enum fit fit = prepared ? types_fit(statement, parameters, count) : FIT_MORE;
    if (fit == FIT_NOT) return;
    if (fit == FIT_MORE) {
        for (size_t i = 0; i < count; i++) {
            if (parameters->types[i] != TYPE_UNKNOWN) statement->types[i] = parameters->types[i];
        }
        statement->value_count = count;
        (void)snprintf(statement->name, sizeof statement->name, "s%u",
                       ++statement->session->statements);
        flight->prepare = true;
    }
    flight->name = statement->name;
    flight->types = statement->types;
}

static bool type_known(Oid type)
{
    return type == TYPE_INT8 || type == TYPE_INT4 || type == TYPE_INT2 || type == TYPE_BOOL ||
           type == TYPE_NUMERIC || type == TYPE_TEXT || type == TYPE_BYTEA;
}

static enum status result_check(const struct statement *statement)
{
    const struct libpq *pq = &statement->session->pq;
    for (int i = 0; i < pq->nfields(statement->result); i++) {
        Oid type = pq->ftype(statement->result, i);
        if (type_known(type)) continue;
        log_write(LOG_ERROR, "store: %s: column %d is of PostgreSQL's type %u, which has no rule",
                  statement->sql->name, i + 1, type);
        return INTERNAL;
    }
    return OK;
}

static enum status result_take(struct statement *statement)
{
    statement->row = -1;
    statement->row_count = statement->session->pq.ntuples(statement->result);
    return result_check(statement);
}

/* The next rows of a large statement. */
static enum status cursor_fetch(struct statement *statement)
{
    char text[NAME_BYTES + sizeof "FETCH 2147483647 FROM "];
    (void)snprintf(text, sizeof text, "FETCH %d FROM %s", ROWS_FETCHED, statement->cursor);
    struct db_flight flight = {.what = statement->sql->name, .text = text, .name = ""};
    reset(statement);
    enum status status = db_session_run(statement->session, &flight, &statement->result);
    return status == OK ? result_take(statement) : status;
}

static enum status cursor_open(struct statement *statement, struct db_flight *flight)
{
    struct db_session *session = statement->session;
    struct buffer text;
    PGresult *result = NULL;
    buffer_init(&text, CURSOR_BYTES_MAX);
    (void)snprintf(statement->cursor, sizeof statement->cursor, "c%u", ++session->statements);
    enum status status = buffer_printf(&text, "DECLARE %s NO SCROLL CURSOR FOR %s",
                                       statement->cursor, statement->sql->text);
    if (status == OK) status = buffer_append_byte(&text, 0);
    if (status == OK) {
        flight->text = (const char *)text.bytes;
        status = db_session_run(session, flight, &result);
    }
    if (status == OK) session->pq.clear(result);
    buffer_free(&text);
    return status == OK ? cursor_fetch(statement) : status;
}

static enum status statement_run(struct statement *statement, const struct parameters *parameters,
                                 struct db_flight *flight)
{
    struct db_session *session = statement->session;
    flight_choose(statement, parameters, (size_t)flight->count, flight);
    enum status status = db_session_run(session, flight, &statement->result);
    if (flight->prepare) statement->generation = flight->prepared ? session->generation : 0;
    return status == OK ? result_take(statement) : status;
}

static enum status bind(void *self, const struct db_value *values, size_t count, bool copied)
{
    (void)copied; /* It runs here: nothing is kept of the values. */
    struct statement *statement = self;
    struct parameters parameters;
    if (count > VALUES_MAX) {
        log_write(LOG_ERROR, "store: %s: was given %zu values; at most %d", statement->sql->name,
                  count, VALUES_MAX);
        return INTERNAL;
    }
    for (size_t i = 0; i < count; i++)
        parameter_set(&parameters, i, &values[i]);
    struct db_session *session = statement->session;
    if (!session->transaction && db_session_renew(session) != OK) return UNAVAILABLE;
    struct db_flight flight = {.what = statement->sql->name,
                               .text = statement->sql->text,
                               .name = "",
                               .count = (int)count,
                               .types = parameters.types,
                               .values = parameters.values,
                               .lengths = parameters.lengths,
                               .formats = parameters.formats};
    statement->cursor[0] = '\0';
    /* Only in a transaction is there a cursor. */
    if (statement->sql->large && session->transaction) return cursor_open(statement, &flight);
    return statement_run(statement, &parameters, &flight);
}

static enum status step(void *self)
{
    struct statement *statement = self;
    if (statement->row + 1 >= statement->row_count) {
        bool more = statement->cursor[0] != '\0' && statement->row_count == ROWS_FETCHED;
        if (!more) return NOT_FOUND;
        enum status status = cursor_fetch(statement);
        if (status != OK) return status;
        if (statement->row_count == 0) return NOT_FOUND;
    }
    statement->row++;
    return OK;
}

/* ---- Columns ---- */

static bool is_null(void *self, int column)
{
    const struct statement *statement = self;
    return statement->session->pq.getisnull(statement->result, statement->row, column) == 1;
}

static struct text cell(const struct statement *statement, int column)
{
    const struct libpq *pq = &statement->session->pq;
    return (struct text){pq->getvalue(statement->result, statement->row, column),
                         (size_t)pq->getlength(statement->result, statement->row, column)};
}

static uint64_t big_endian(const char *bytes, size_t length)
{
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++)
        number = number << 8 | (uint8_t)bytes[i];
    return number;
}

/* A sum of BIGINTs: groups of four decimal digits, of which the first counts 10000 to the power of
 * `weight`. A fraction is cut off; what does not fit ends at the type's bound. */
static int64_t numeric_read(struct text cell)
{
    enum { HEAD_BYTES = 8, GROUP_BYTES = 2, GROUP = 10000, NEGATIVE = 0x4000 };
    if (cell.length < HEAD_BYTES) return 0;
    int groups = (int16_t)big_endian(cell.bytes, 2);
    int weight = (int16_t)big_endian(cell.bytes + 2, 2);
    bool negative = big_endian(cell.bytes + 4, 2) == NEGATIVE;
    int64_t number = 0;
    for (int i = 0; i <= weight; i++) {
        size_t at = HEAD_BYTES + (size_t)i * GROUP_BYTES;
        bool given = i < groups && at + GROUP_BYTES <= cell.length;
        int64_t group = given ? (int64_t)big_endian(cell.bytes + at, GROUP_BYTES) : 0;
        if (__builtin_mul_overflow(number, GROUP, &number) ||
            __builtin_sub_overflow(number, group, &number))
            return negative ? INT64_MIN : INT64_MAX;
    }
    /* It was summed below zero, where there is one number more. */
    if (negative) return number;
    return number == INT64_MIN ? INT64_MAX : -number;
}

static int64_t get_int(void *self, int column)
{
    const struct statement *statement = self;
    if (is_null(self, column)) return 0;
    struct text bytes = cell(statement, column);
    switch ((enum type)statement->session->pq.ftype(statement->result, column)) {
    case TYPE_INT8:
        return (int64_t)big_endian(bytes.bytes, 8);
    case TYPE_INT4:
        return (int32_t)big_endian(bytes.bytes, 4);
    case TYPE_INT2:
        return (int16_t)big_endian(bytes.bytes, 2);
    case TYPE_BOOL:
        return bytes.bytes[0] != 0;
    case TYPE_NUMERIC:
        return numeric_read(bytes);
    case TYPE_TEXT:
    case TYPE_BYTEA:
    case TYPE_UNKNOWN:
        break;
    }
    return strtoll(bytes.bytes, NULL, 10); /* libpq ends every value with a NUL. */
}

static struct text get_bytes(void *self, int column)
{
    if (is_null(self, column)) return (struct text){"", 0};
    return cell(self, column);
}

static struct text get_text(void *self, int column)
{
    struct statement *statement = self;
    Oid type = statement->session->pq.ftype(statement->result, column);
    if (is_null(self, column) || type == TYPE_TEXT || type == TYPE_BYTEA)
        return get_bytes(self, column);
    (void)snprintf(statement->digits, sizeof statement->digits, "%lld",
                   (long long)get_int(self, column));
    return text_from(statement->digits);
}

/* ---- Migrations ---- */

/* So that rows can be copied in any order; otherwise foreign keys are checked at once, as ever. */
static const char keys_make_deferrable[] =
    "DO $$\n"
    "DECLARE\n"
    "    item record;\n"
    "BEGIN\n"
    "    FOR item IN\n"
    "        SELECT conrelid::regclass AS relation, conname AS name FROM pg_constraint\n"
    "        WHERE connamespace = current_schema()::regnamespace AND contype = 'f'\n"
    "          AND NOT condeferrable AND conparentid = 0\n"
    "    LOOP\n"
    "        EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE', item.relation,\n"
    "                       item.name);\n"
    "    END LOOP;\n"
    "END $$";

/* Rows that were given their numbers leave an identity behind them: it goes on where they end. */
static const char identities_move[] =
    "DO $$\n"
    "DECLARE\n"
    "    item record;\n"
    "    last bigint;\n"
    "BEGIN\n"
    "    FOR item IN\n"
    "        SELECT attribute.attrelid::regclass AS relation, attribute.attname AS name,\n"
    "               pg_get_serial_sequence(attribute.attrelid::regclass::text,\n"
    "                                      attribute.attname)::regclass AS sequence\n"
    "        FROM pg_attribute AS attribute\n"
    "        JOIN pg_class AS class ON class.oid = attribute.attrelid\n"
    "        WHERE class.relnamespace = current_schema()::regnamespace\n"
    "          AND attribute.attidentity = 'd'\n"
    "    LOOP\n"
    "        EXECUTE format('SELECT max(%I) FROM %s', item.name, item.relation) INTO last;\n"
    "        IF last > coalesce(pg_sequence_last_value(item.sequence), 0) THEN\n"
    "            PERFORM setval(item.sequence, last);\n"
    "        END IF;\n"
    "    END LOOP;\n"
    "END $$";

static enum status script(void *self, const char *text, struct fault *fault)
{
    struct buffer translated;
    buffer_init(&translated, SCRIPT_BYTES_MAX);
    enum status status = buffer_append_string(&translated, "SET LOCAL statement_timeout TO 0;");
    if (status == OK) status = db_dialect_postgres(text_from(text), &translated);
    if (status != OK) {
        fault_set(fault, status, "no memory, or more than %d bytes", SCRIPT_BYTES_MAX);
    } else {
        status = db_session_script(self, (const char *)translated.bytes, fault);
    }
    if (status == OK) status = db_session_script(self, keys_make_deferrable, fault);
    if (status == OK) status = db_session_script(self, identities_move, fault);
    buffer_free(&translated);
    return status;
}

/* Replicas that start together migrate one after the other. The schema is made here, and only where
 * it is missing: the right to make one is not needed otherwise. */
static enum status migrate_begin(void *self, struct fault *fault)
{
    struct db_session *session = self;
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "SET statement_timeout TO '600s';"
                   "SELECT pg_advisory_lock(hashtextextended('sotong migrations %s', 0));"
                   "SET statement_timeout TO '" SESSION_STATEMENT_TIMEOUT "';"
                   "DO $$ BEGIN"
                   " IF to_regnamespace('%s') IS NULL THEN CREATE SCHEMA \"%s\"; END IF;"
                   " END $$",
                   session->schema, session->schema, session->schema);
    return db_session_script(session, text, fault);
}

static void migrate_end(void *self)
{
    struct db_session *session = self;
    struct fault fault;
    char text[256];
    (void)snprintf(text, sizeof text,
                   "SELECT pg_advisory_unlock(hashtextextended('sotong migrations %s', 0))",
                   session->schema);
    /* On a lost link the lock is gone already. */
    (void)!db_session_script(session, text, &fault);
}

const struct db_engine db_postgres = {
    .name = "postgresql",
    .remote = true,
    .calls_batch_max = CALLS_BATCH_MAX,
    .copy_begin = "SET CONSTRAINTS ALL DEFERRED",
    .copy_end = "SET CONSTRAINTS ALL IMMEDIATE",
    .copy_close = "",
    .open = open_server,
    .close = close_server,
    .control = control,
    .prepare = prepare,
    .finalize = finalize,
    .bind = bind,
    .step = step,
    .reset = reset,
    .is_null = is_null,
    .get_int = get_int,
    .get_text = get_text,
    .get_bytes = get_bytes,
    .changes = changes,
    .changes_total = changes_total,
    .in_transaction = in_transaction,
    .may_run_again = may_run_again,
    .script = script,
    .migrate_begin = migrate_begin,
    .migrate_end = migrate_end,
};
