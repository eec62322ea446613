#include "app/app_limits.h"

#include <string.h>

enum { SETS = 2 };

/* The tables of all layers. */
static void sets_fill(struct app_config *config, struct limit_set sets[static SETS])
{
    sets[0] = (struct limit_set){http_limit_infos, HTTP_LIMIT_COUNT, &config->http};
    sets[1] = (struct limit_set){rpc_limit_infos, RPC_LIMIT_COUNT, &config->rpc};
}

void app_limits_reset(struct app_config *config)
{
    struct limit_set sets[SETS];
    sets_fill(config, sets);
    for (size_t i = 0; i < SETS; i++)
        limits_reset(&sets[i]);
}

static enum status limit_read(struct app_config *config, const char *what, struct text item,
                              struct fault *fault)
{
    const char *equals = memchr(item.bytes, '=', item.length);
    if (equals == NULL) {
        return fault_set(fault, INVALID_ARGUMENT,
                         "%s: a limit is written connections-max=100, not %.*s", what,
                         (int)item.length, item.bytes);
    }
    struct text name = {item.bytes, (size_t)(equals - item.bytes)};
    struct text value = {equals + 1, item.length - name.length - 1};
    struct limit_set sets[SETS];
    sets_fill(config, sets);
    for (size_t i = 0; i < SETS; i++) {
        struct fault why;
        enum status status = limit_put(&sets[i], name, value, &why);
        if (status == OK) return OK;
        if (status != NOT_FOUND) return fault_set(fault, status, "%s: %s", what, why.message);
    }
    return fault_set(fault, INVALID_ARGUMENT, "%s: there is no limit %.*s; see --limit help", what,
                     (int)name.length, name.bytes);
}

enum status app_limits_read(struct app_config *config, const char *what, const char *list,
                            struct fault *fault)
{
    enum status status = OK;
    while (status == OK && *list != '\0') {
        size_t length = strcspn(list, ",");
        if (length > 0) status = limit_read(config, what, (struct text){list, length}, fault);
        list += length;
        if (*list == ',') list++;
    }
    return status;
}

const char *app_limits_help(struct arena *arena)
{
    struct app_config config = {.port = 0};
    struct limit_set sets[SETS];
    app_limits_reset(&config);
    sets_fill(&config, sets);
    const char *help = "Limits, their defaults, and what happens beyond them:\n\n";
    for (size_t set = 0; set < SETS; set++) {
        for (size_t i = 0; help != NULL && i < sets[set].count; i++) {
            const struct limit_info *info = &sets[set].infos[i];
            help = arena_printf(arena, "%s  %-22s %12lld  %s\n", help, info->name,
                                (long long)info->normal, info->help);
        }
    }
    return help;
}
