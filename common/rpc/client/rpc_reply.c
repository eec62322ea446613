/* What came besides an answer's messages: fields, trailers, details. */
#include <string.h>

#include "rpc/client/rpc_attempt.h"
#include "rpc/client/rpc_exchange.h"
#include "rpc/rpc_base64.h"

/* Adds an entry, with the bytes of a binary value; values joined by commas are taken apart. */
static void add_entry(struct arena *arena, struct rpc_entry *items, size_t most, size_t *count,
                      const char *name, struct text value)
{
    if (*count == most) return;
    struct text bytes = value;
    if (rpc_name_is_binary(name) && rpc_base64_decode(arena, value, &bytes) != OK) bytes = value;
    char *name_copy = arena_copy(arena, name, strlen(name));
    char *value_copy = arena_copy(arena, bytes.bytes, bytes.length);
    if (name_copy == NULL || value_copy == NULL) return;
    items[(*count)++] = (struct rpc_entry){name_copy, {value_copy, bytes.length}};
}

static size_t count_commas(const struct rpc_entry *entry)
{
    size_t count = 0;
    if (!rpc_name_is_binary(entry->name)) return 0;
    for (size_t i = 0; i < entry->value.length; i++)
        count += entry->value.bytes[i] == ',';
    return count;
}

/* Copies fields whose names begin with the prefix, or, where it is NULL, all but `but`. */
struct selection {
    const char *prefix, *but;
};

static struct rpc_entries copy_entries(struct arena *arena, const struct rpc_fields *fields,
                                       struct rpc_entries before, struct selection which)
{
    size_t most = before.count + fields->count, count = 0;
    for (size_t i = 0; i < fields->count; i++)
        most += count_commas(&fields->items[i]);
    struct rpc_entry *items = arena_calloc(arena, most + 1, sizeof *items);
    if (items == NULL) return before;
    for (; count < before.count; count++)
        items[count] = before.items[count];
    for (size_t i = 0; i < fields->count; i++) {
        const struct rpc_entry *entry = &fields->items[i];
        struct text name = text_from(entry->name);
        bool wanted = which.prefix != NULL ? text_starts_with(name, text_from(which.prefix))
                                           : !text_starts_with(name, text_from(which.but));
        if (!wanted) continue;
        const char *shown = entry->name + (which.prefix != NULL ? strlen(which.prefix) : 0);
        struct text rest = entry->value;
        for (size_t parts = count_commas(entry); parts > 0; parts--) {
            size_t length =
                (size_t)((const char *)memchr(rest.bytes, ',', rest.length) - rest.bytes);
            add_entry(arena, items, most, &count, shown,
                      text_trim((struct text){rest.bytes, length}));
            rest = (struct text){rest.bytes + length + 1, rest.length - length - 1};
        }
        add_entry(arena, items, most, &count, shown,
                  rpc_name_is_binary(shown) ? text_trim(rest) : rest);
    }
    return (struct rpc_entries){items, count};
}

static void copy_details(struct arena *arena, const struct rpc_attempt *attempt,
                         struct rpc_reply *reply)
{
    struct rpc_reply_detail *details = arena_calloc(arena, attempt->detail_count, sizeof *details);
    if (details == NULL) return;
    for (size_t i = 0; i < attempt->detail_count; i++) {
        const struct rpc_reply_detail *detail = &attempt->details[i];
        char *type = arena_copy(arena, detail->type, strlen(detail->type));
        char *value = arena_copy(arena, detail->value.bytes, detail->value.length);
        if (type == NULL || value == NULL) return;
        details[i] = (struct rpc_reply_detail){type, {value, detail->value.length}};
        reply->detail_count = i + 1;
    }
    reply->details = details;
}

void rpc_attempt_report(const struct rpc_attempt *attempt, int attempts)
{
    static const char trailer[] = "trailer-", none[] = ":";
    struct rpc_reply *reply = attempt->options->reply;
    struct arena *arena = attempt->options->arena;
    struct rpc_exchange *exchange = attempt->exchange;
    if (reply == NULL || exchange == NULL) return;
    const struct rpc_fields *in_head = &exchange->headers, *at_end = &exchange->trailers;
    bool prefixed = attempt->dialect == &rpc_dialect_connect;
    const struct rpc_entries empty = {NULL, 0};
    *reply = (struct rpc_reply){.attempts = attempts};
    rpc_engine_lock(exchange->engine);
    if (prefixed || attempt->trailers_only) at_end = in_head;
    if (exchange->head_ready) {
        reply->http_status = exchange->http_status;
        if (!attempt->trailers_only)
            reply->headers = copy_entries(arena, in_head, empty,
                                          (struct selection){NULL, prefixed ? trailer : none});
        struct rpc_entries trailers = copy_entries(arena, at_end, empty,
                                                   prefixed ? (struct selection){trailer, NULL}
                                                            : (struct selection){NULL, none});
        reply->trailers =
            copy_entries(arena, &attempt->trailers, trailers, (struct selection){NULL, none});
    }
    rpc_engine_unlock(exchange->engine);
    bool whole = attempt->by_peer && attempt->words != NULL;
    reply->message = arena_printf(arena, "%s", whole ? attempt->words : attempt->said.message);
    copy_details(arena, attempt, reply);
}
