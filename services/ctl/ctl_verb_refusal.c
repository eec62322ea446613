/* Refusals in the words of the command line: services name the fields of the request. */
#include <string.h>

#include "base/buffer.h"
#include "ctl_verb.h"
#include "error_details.rpc.h"
#include "rpc/codec/rpc_codec.h"

enum { SAID_BYTES_MAX = FAULT_BYTES_MAX };

/* Whether the path is one of those, or leads into one. */
static bool is_among(const char *path, const char *paths)
{
    while (*paths != '\0') {
        size_t length = strcspn(paths, " ");
        if (strncmp(path, paths, length) == 0 && strchr(".[", path[length]) != NULL) return true;
        paths += length + strspn(paths + length, " ");
    }
    return false;
}

/* The field of the command line that fills the path; NULL: none. */
static const struct verb_field *field_of(const struct verb *verb, const char *path)
{
    for (size_t i = 0; i < VERB_FIELDS_MAX && verb->fields[i].word != NULL; i++) {
        const struct verb_field *field = &verb->fields[i];
        if (field->input != VERB_FIXED && is_among(path, field->paths)) return field;
    }
    return NULL;
}

static const google_bad_request *bad_request_of(struct ctl *ctl, const struct rpc_reply *reply)
{
    for (size_t i = 0; i < reply->detail_count; i++) {
        const struct rpc_reply_detail *detail = &reply->details[i];
        if (strcmp(detail->type, google_bad_request_type.descriptor->name) != 0) continue;
        ProtobufCMessage *message;
        struct fault fault;
        if (rpc_decode(&ctl->arena, detail->value, &google_bad_request_type, &message, &fault) ==
            OK)
            return (const google_bad_request *)message;
    }
    return NULL;
}

/* Whether the message says nothing but what stands in the details. */
static bool is_violation(const char *message, const google_bad_request_field_violation *violation)
{
    size_t length = strlen(violation->field);
    return strncmp(message, violation->field, length) == 0 &&
           strncmp(message + length, ": ", 2) == 0 &&
           strcmp(message + length + 2, violation->description) == 0;
}

static enum status append(struct buffer *said, const struct verb *verb,
                          const google_bad_request_field_violation *violation)
{
    const struct verb_field *field = field_of(verb, violation->field);
    const char *begin = said->length == 0 ? "" : "; ";
    if (field == NULL)
        return buffer_printf(said, "%s%s: %s", begin, violation->field, violation->description);
    bool argument = field->input == VERB_ARGUMENT || field->input == VERB_ARGUMENT_OPTIONAL;
    return buffer_printf(said, "%s%s%s: %s", begin, argument ? "" : "--", field->word,
                         violation->description);
}

void verb_refusal(struct ctl *ctl, const struct verb *verb, enum status status,
                  const struct rpc_reply *reply)
{
    const google_bad_request *request = bad_request_of(ctl, reply);
    if (request == NULL || request->n_field_violations == 0 || reply->message == NULL) return;
    if (!is_violation(reply->message, request->field_violations[0])) return;
    struct buffer said;
    buffer_init(&said, SAID_BYTES_MAX);
    /* What finds no room is left out. */
    for (size_t i = 0; i < request->n_field_violations; i++) {
        if (append(&said, verb, request->field_violations[i]) != OK) break;
    }
    if (said.length > 0)
        (void)fault_set(&ctl->fault, status, "budget: %.*s", (int)said.length,
                        (const char *)said.bytes);
    buffer_free(&said);
}
