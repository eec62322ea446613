/* Our options (protos/sotong/options/v1/options.proto), which reach a plugin as unknown fields. */
#pragma once

#include "gen/gen_schema.h"
#include "rpc/rpc.h"

/* Bounds of a field; *found is false where it declares none. INVALID_ARGUMENT: the options are
 * damaged, or do not suit the field's type; the fault names the field. */
NODISCARD enum status gen_field_bounds(const struct gen_type *message, const gen_field *field,
                                       struct rpc_bounds *bounds, bool *found, struct fault *fault);

/* The lane of a method of this package: the one it declares, else read if it has no side effects,
 * else write. */
NODISCARD enum status gen_method_lane(const char *package, const gen_method *method,
                                      enum rpc_lane *lane, struct fault *fault);

/* How long a stream may be idle, in milliseconds; 0 where the method does not say.
 * INVALID_ARGUMENT: it is less than -1, or the method does not stream. */
NODISCARD enum status gen_method_idle_timeout(const gen_method *method, int64_t *timeout_ms,
                                              struct fault *fault);

/* The method has no side effects. */
bool gen_method_no_side_effects(const char *package, const gen_method *method);

/* The method says that it may be repeated: it has no side effects, or is declared idempotent. */
bool gen_method_idempotent(const char *package, const gen_method *method);

/* The method streams in one direction or both. */
bool gen_method_streams(const gen_method *method);
