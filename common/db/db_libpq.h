/* libpq, loaded when the first PostgreSQL store is opened: the libraries behind it (Kerberos, LDAP
 * and theirs) take more memory than a service on SQLite may have. */
#pragma once

#include <libpq-fe.h>

#include "base/fault.h"

/* The functions that the engine uses, by their names without `PQ`. */
struct libpq {
    PGconn *(*connectdbParams)(const char *const *keywords, const char *const *values, int expand);
    PQconninfoOption *(*conninfoParse)(const char *info, char **message);
    void (*conninfoFree)(PQconninfoOption *options);
    void (*finish)(PGconn *connection);
    ConnStatusType (*status)(const PGconn *connection);
    char *(*errorMessage)(const PGconn *connection);
    char *(*host)(const PGconn *connection);
    char *(*port)(const PGconn *connection);
    char *(*db)(const PGconn *connection);
    int (*socket)(const PGconn *connection);
    int (*backendPID)(const PGconn *connection);
    int (*serverVersion)(const PGconn *connection);
    const char *(*parameterStatus)(const PGconn *connection, const char *name);
    PQnoticeProcessor (*setNoticeProcessor)(PGconn *connection, PQnoticeProcessor processor,
                                            void *context);
    PGresult *(*exec)(PGconn *connection, const char *command);
    int (*setnonblocking)(PGconn *connection, int on);
    int (*enterPipelineMode)(PGconn *connection);
    int (*exitPipelineMode)(PGconn *connection);
    int (*pipelineSync)(PGconn *connection);
    int (*sendPrepare)(PGconn *connection, const char *name, const char *text, int count,
                       const Oid *types);
    int (*sendQueryPrepared)(PGconn *connection, const char *name, int count,
                             const char *const *values, const int *lengths, const int *formats,
                             int result_format);
    int (*sendQueryParams)(PGconn *connection, const char *text, int count, const Oid *types,
                           const char *const *values, const int *lengths, const int *formats,
                           int result_format);
    int (*flush)(PGconn *connection);
    int (*consumeInput)(PGconn *connection);
    int (*isBusy)(PGconn *connection);
    PGresult *(*getResult)(PGconn *connection);
    PGnotify *(*notifies)(PGconn *connection);
    void (*freemem)(void *memory);
    ExecStatusType (*resultStatus)(const PGresult *result);
    char *(*resultErrorField)(const PGresult *result, int field);
    void (*clear)(PGresult *result);
    char *(*cmdTuples)(PGresult *result);
    char *(*cmdStatus)(PGresult *result);
    int (*ntuples)(const PGresult *result);
    int (*nfields)(const PGresult *result);
    Oid (*ftype)(const PGresult *result, int column);
    int (*getisnull)(const PGresult *result, int row, int column);
    char *(*getvalue)(const PGresult *result, int row, int column);
    int (*getlength)(const PGresult *result, int row, int column);
};

/* Loads the library. FAILED_PRECONDITION: it is not installed, or is older than that of PostgreSQL
 * 14. */
NODISCARD enum status libpq_load(struct libpq *pq, struct fault *fault);
