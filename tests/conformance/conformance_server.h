/* The service of connectrpc/conformance: it answers as each request tells it to. */
#pragma once

#include "service.rpc.h"

/* The `self` of the handlers, of which they need nothing. */
struct conformance {
    int unused;
};
