/* The campaign service: media (홍보매체), placements, publications, contributors and grants. Its
 * RPCs are in protos/sotong/campaign/v1. */
#pragma once

#include "campaign.rpc.h"
#include "slice/slice.h"

/* The service's state: the `self` of its handlers. */
struct campaign {
    struct slice slice; /* What it owns of the imported reports. */
};
