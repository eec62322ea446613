/* The message types that this program knows by name: those that were linked into it. */
#include <string.h>

#include "any.rpc.h"
#include "duration.rpc.h"
#include "empty.rpc.h"
#include "error_details.rpc.h"
#include "field_mask.rpc.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/codec/rpc_json.h"
#include "struct.rpc.h"
#include "timestamp.rpc.h"
#include "wrappers.rpc.h"

/* The linker gives these names to the ends of the section; see RPC_LINKED. */
extern const struct rpc_message
    *const __start_rpc_messages[]; /* NOLINT(bugprone-reserved-identifier) */
extern const struct rpc_message
    *const __stop_rpc_messages[]; /* NOLINT(bugprone-reserved-identifier) */

/* What errors carry and an Any mostly holds is linked into every program: one type draws its whole
 * file in. */
static const struct rpc_message *const always[] __attribute__((used)) = {
    &google_error_info_type,  &protobuf_any_type,        &protobuf_duration_type,
    &protobuf_empty_type,     &protobuf_struct_type,     &protobuf_field_mask_type,
    &protobuf_timestamp_type, &protobuf_bool_value_type,
};

const struct rpc_message *rpc_type_named(struct text name)
{
    for (const struct rpc_message *const *type = __start_rpc_messages; type < __stop_rpc_messages;
         type++) {
        if (text_equal(text_from((*type)->descriptor->name), name)) return *type;
    }
    return NULL;
}

const struct rpc_message *rpc_json_any_type(struct text url)
{
    for (size_t i = url.length; i > 0; i--) {
        if (url.bytes[i - 1] == '/')
            return rpc_type_named((struct text){url.bytes + i, url.length - i});
    }
    return NULL;
}
