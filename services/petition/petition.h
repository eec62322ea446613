/* The petition service: petitions (민원), consultations (상담) and citizen voice (시민참여). Its
 * RPCs are in protos/sotong/petition/v1. */
#pragma once

#include "petition.rpc.h"
#include "slice/slice.h"

/* The service's state: the `self` of its handlers. */
struct petition {
    struct slice slice; /* What it owns of the imported reports. */
};
