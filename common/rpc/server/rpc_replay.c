#include "rpc/server/rpc_replay.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "db/db.h"
#include "rpc/codec/rpc_codec.h"
#include "rpc/server/rpc_call.h"
#include "rpc_sql.h"

enum { KEPT_BYTES_MAX = 64 * 1024 }; /* Of the call's buffer, until it has its answer. */

static const char *request_id(const struct rpc_call *call)
{
    const char *field = (const char *)call->in + call->method->request_id;
    return *(char *const *)(const void *)field;
}

bool rpc_replay_applies(const struct rpc_call *call)
{
    return call->method->request_id != 0 && call->lane == RPC_LANE_WRITE;
}

/* The call's buffer is that of its answer, which is not there yet. */
static void encoded_forget(struct rpc_call *call)
{
    if (call->encoded.capacity > KEPT_BYTES_MAX) {
        buffer_free(&call->encoded);
    } else {
        buffer_clear(&call->encoded);
    }
}

enum status rpc_replay_prepare(struct rpc_call *call)
{
    enum status status = rpc_encode(call->in, &call->encoded);
    if (status == OK) {
        status = digest_bytes(call->encoded.bytes, call->encoded.length, call->request_digest);
    }
    encoded_forget(call);
    return status == OK ? OK : rpc_fail(call, status, "the request could not be compared");
}

static enum status refuse(struct rpc_call *call, bool same_method)
{
    const char *what = same_method ? "with other content" : "by another method";
    (void)rpc_fail(call, ALREADY_EXISTS,
                   "request_id %s was used before %s; another write needs an id of its own",
                   request_id(call), what);
    return rpc_reason(call, ALREADY_EXISTS, "REQUEST_ID_REUSED");
}

/* Compares the row with the call and reads its answer. */
static enum status answer_read(struct rpc_call *call, const struct db_rows *rows)
{
    struct text digest = db_bytes(rows, 1);
    bool same_method = text_equal(db_text(rows, 0), text_from(call->method->path));
    bool same_content = digest.length == sizeof call->request_digest &&
                        memcmp(digest.bytes, call->request_digest, digest.length) == 0;
    if (!same_method || !same_content) return refuse(call, same_method);
    enum status status =
        rpc_decode(&call->arena, db_bytes(rows, 2), call->method->output, &call->out, &call->fault);
    if (status == OK || status == RESOURCE_EXHAUSTED) return status;
    return rpc_fail(call, DATA_LOSS, "the answer kept for request_id %s cannot be read",
                    request_id(call));
}

/* NOT_FOUND: the id is new. */
static enum status answer_find(struct rpc_call *call)
{
    struct db_rows rows;
    enum status status =
        db_query(call->db, &rows, &rpc_request_find_sql, DB_TEXT(request_id(call)));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) status = answer_read(call, &rows);
    db_end(&rows);
    return status;
}

static enum status answer_keep(struct rpc_call *call)
{
    enum status status = rpc_encode(call->out, &call->encoded);
    if (status == OK) {
        status =
            db_run(call->db, &rpc_request_insert_sql, DB_TEXT(request_id(call)),
                   DB_TEXT(call->method->path),
                   DB_BYTES(call->request_digest, sizeof call->request_digest),
                   DB_BYTES(call->encoded.bytes, call->encoded.length), DB_INT(clock_now_ms()));
    }
    encoded_forget(call);
    return status == OK ? OK : rpc_fail(call, status, "the answer could not be kept");
}

enum status rpc_replay_run(struct rpc_call *call)
{
    call->status = answer_find(call);
    if (call->status != NOT_FOUND) return call->status;
    if (rpc_call_run(call) == OK) call->status = answer_keep(call);
    return call->status;
}
