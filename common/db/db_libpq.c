#include "db/db_libpq.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY "libpq.so.5"

static const struct {
    const char *name;
    size_t offset; /* In struct libpq. */
} symbols[] = {
    {"PQconnectdbParams", offsetof(struct libpq, connectdbParams)},
    {"PQconninfoParse", offsetof(struct libpq, conninfoParse)},
    {"PQconninfoFree", offsetof(struct libpq, conninfoFree)},
    {"PQfinish", offsetof(struct libpq, finish)},
    {"PQstatus", offsetof(struct libpq, status)},
    {"PQerrorMessage", offsetof(struct libpq, errorMessage)},
    {"PQhost", offsetof(struct libpq, host)},
    {"PQport", offsetof(struct libpq, port)},
    {"PQdb", offsetof(struct libpq, db)},
    {"PQsocket", offsetof(struct libpq, socket)},
    {"PQbackendPID", offsetof(struct libpq, backendPID)},
    {"PQserverVersion", offsetof(struct libpq, serverVersion)},
    {"PQparameterStatus", offsetof(struct libpq, parameterStatus)},
    {"PQsetNoticeProcessor", offsetof(struct libpq, setNoticeProcessor)},
    {"PQexec", offsetof(struct libpq, exec)},
    {"PQsetnonblocking", offsetof(struct libpq, setnonblocking)},
    {"PQenterPipelineMode", offsetof(struct libpq, enterPipelineMode)},
    {"PQexitPipelineMode", offsetof(struct libpq, exitPipelineMode)},
    {"PQpipelineSync", offsetof(struct libpq, pipelineSync)},
    {"PQsendPrepare", offsetof(struct libpq, sendPrepare)},
    {"PQsendQueryPrepared", offsetof(struct libpq, sendQueryPrepared)},
    {"PQsendQueryParams", offsetof(struct libpq, sendQueryParams)},
    {"PQflush", offsetof(struct libpq, flush)},
    {"PQconsumeInput", offsetof(struct libpq, consumeInput)},
    {"PQisBusy", offsetof(struct libpq, isBusy)},
    {"PQgetResult", offsetof(struct libpq, getResult)},
    {"PQnotifies", offsetof(struct libpq, notifies)},
    {"PQfreemem", offsetof(struct libpq, freemem)},
    {"PQresultStatus", offsetof(struct libpq, resultStatus)},
    {"PQresultErrorField", offsetof(struct libpq, resultErrorField)},
    {"PQclear", offsetof(struct libpq, clear)},
    {"PQcmdTuples", offsetof(struct libpq, cmdTuples)},
    {"PQcmdStatus", offsetof(struct libpq, cmdStatus)},
    {"PQntuples", offsetof(struct libpq, ntuples)},
    {"PQnfields", offsetof(struct libpq, nfields)},
    {"PQftype", offsetof(struct libpq, ftype)},
    {"PQgetisnull", offsetof(struct libpq, getisnull)},
    {"PQgetvalue", offsetof(struct libpq, getvalue)},
    {"PQgetlength", offsetof(struct libpq, getlength)},
};

enum status libpq_load(struct libpq *pq, struct fault *fault)
{
    /* It stays in memory, as what it registered to run at the program's end lives there. */
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; i < ARRAY_LENGTH(symbols); i++) {
        void *symbol = library == NULL ? NULL : dlsym(library, symbols[i].name);
        if (symbol == NULL) {
            return fault_set(fault, FAILED_PRECONDITION,
                             "a store on PostgreSQL needs libpq (Debian's libpq5): %s", dlerror());
        }
        memcpy((char *)pq + symbols[i].offset, &symbol, sizeof symbol);
    }
    return OK;
}
