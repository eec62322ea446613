/* The service of runtime.proto, with which the runtime is tested. */
#pragma once

#include <stdatomic.h>

#include "app/app.h"
#include "runtime.rpc.h"
#include "runtime_sql.h"

struct runtime {
    atomic_int runs; /* Handlers that began. */
};

/* Everything app_main needs, and the tests that start a server themselves. */
extern const struct app_service runtime_app_service;
