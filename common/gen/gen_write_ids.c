#include "gen/gen_write_ids.h"

#include <string.h>

#include "gen/gen_options.h"

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name
#define LABEL(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_##name

static const gen_field *field_find(const gen_message *message, const char *name)
{
    for (size_t i = 0; i < message->n_field; i++) {
        if (strcmp(message->field[i]->name, name) == 0) return message->field[i];
    }
    return NULL;
}

/* A call that may leave its id out could not be told from its repetition. */
static enum status id_check(const struct gen_type *input, const gen_field *id, struct fault *fault)
{
    struct rpc_bounds bounds;
    bool found;
    enum status status = gen_field_bounds(input, id, &bounds, &found, fault);
    if (status != OK) return status;
    bool one = id->type == TYPE(STRING) && id->label != LABEL(REPEATED) && !id->has_oneof_index;
    if (one && found && bounds.required) return OK;
    return fault_set(fault, INVALID_ARGUMENT,
                     "%s: %s.request_id: the id of a write is one string, outside of oneofs, whose "
                     "bounds say that it is required",
                     input->file->name, input->full_name);
}

/* Looks for maps in a type and in those that it holds, each of which is visited once. */
static enum status maps_check(const struct gen_schema *schema, const struct gen_type *input,
                              struct fault *fault)
{
    bool *seen = arena_calloc(schema->arena, schema->type_count, sizeof *seen);
    const struct gen_type **queue =
        arena_calloc(schema->arena, schema->type_count, sizeof(const struct gen_type *));
    if (seen == NULL || queue == NULL) return fault_set(fault, RESOURCE_EXHAUSTED, "no memory");
    size_t count = 0;
    queue[count++] = input;
    seen[input - schema->types] = true;
    for (size_t at = 0; at < count; at++) {
        const gen_message *message = queue[at]->message;
        if (message->options != NULL && message->options->map_entry)
            return fault_set(fault, INVALID_ARGUMENT,
                             "%s: %s has a request_id, but also a map (%s), whose entries have no "
                             "order: its repetition could not be told from another request",
                             input->file->name, input->full_name, queue[at]->full_name);
        for (size_t i = 0; i < message->n_field; i++) {
            if (message->field[i]->type != TYPE(MESSAGE)) continue;
            const struct gen_type *inner = gen_schema_find(schema, message->field[i]->type_name);
            if (inner == NULL || seen[inner - schema->types]) continue;
            seen[inner - schema->types] = true;
            queue[count++] = inner;
        }
    }
    return OK;
}

enum status gen_method_replayed(const struct gen_schema *schema, const gen_file *file,
                                const gen_method *method, bool *replayed, struct fault *fault)
{
    *replayed = false;
    enum rpc_lane lane;
    enum status status = gen_method_lane(file->package, method, &lane, fault);
    if (status != OK || lane != RPC_LANE_WRITE) return status;
    const struct gen_type *input = gen_schema_find(schema, method->input_type);
    if (input == NULL) return OK; /* Its name is asked for elsewhere, and missed there. */
    const gen_field *id = field_find(input->message, "request_id");
    if (id == NULL) return OK;
    status = id_check(input, id, fault);
    if (status == OK) status = maps_check(schema, input, fault);
    *replayed = status == OK;
    return status;
}
