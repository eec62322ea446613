/* The service of runtime.proto, with which the runtime is tested. */
#pragma once

#include <stdatomic.h>

#include "app/app.h"
#include "runtime.rpc.h"
#include "runtime_sql.h"

struct runtime {
    atomic_int runs;    /* Handlers that began. */
    atomic_int streams; /* Of WatchRow and EchoRows that run. */
    atomic_int sent;    /* Messages of MakeRows and WatchRow. */
};

/* Everything app_main needs, and the tests that start a server themselves. */
extern const struct app_service runtime_app_service;
