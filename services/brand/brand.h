/* The brand service: the brand (도시브랜드), partners, installations, overseas marketing and
 * foreign-language channels. Its RPCs are in protos/sotong/brand/v1. */
#pragma once

#include "brand.rpc.h"
#include "slice/slice.h"

/* The service's state: the `self` of its handlers. */
struct brand {
    struct slice slice; /* What it owns of the imported reports. */
};
