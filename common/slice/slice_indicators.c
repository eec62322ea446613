#include <string.h>

#include "rpc/codec/rpc_codec.h"
#include "slice/slice.h"
#include "slice/slice_page.h"
#include "slice/slice_search.h"
#include "slice_sql.h"

/* The slices to look in, the latest report first. */
static enum status latest_list(struct db *db, const char *as_of,
                               int64_t ids[static SLICE_INDICATOR_REPORTS_MAX], size_t *count)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &slice_slice_list_latest_sql, DB_TEXT(as_of),
                                  DB_INT(SLICE_INDICATOR_REPORTS_MAX));
    if (status != OK) return status;
    *count = 0;
    while (*count < SLICE_INDICATOR_REPORTS_MAX && (status = db_next(&rows)) == OK)
        ids[(*count)++] = db_int(&rows, 0);
    db_end(&rows);
    return status == NOT_FOUND ? OK : status;
}

/* The words of a rule as patterns; "%" for those that it does not have. */
static enum status words_read(struct arena *arena, const char *labels,
                              const char *patterns[static SLICE_INDICATOR_WORDS_MAX])
{
    for (size_t i = 0; i < SLICE_INDICATOR_WORDS_MAX; i++)
        patterns[i] = "%";
    enum status status = OK;
    for (size_t i = 0; status == OK && *labels != '\0'; i++) {
        if (i == SLICE_INDICATOR_WORDS_MAX) return INTERNAL;
        size_t length = strcspn(labels, "/");
        status = slice_label_pattern(arena, (struct text){labels, length}, &patterns[i]);
        labels += labels[length] == '/' ? length + 1 : length;
    }
    return status;
}

/* The first figure of a slice that a rule asks for. NOT_FOUND: there is none. */
static enum status figure_match(struct db *db, struct arena *arena, int64_t slice_id,
                                const char *unit, const char *const *patterns,
                                ProtobufCMessage **figure)
{
    struct db_rows rows;
    enum status status = db_query(db, &rows, &slice_figure_match_sql, DB_INT(slice_id),
                                  DB_TEXT(unit), DB_TEXT(patterns[0]), DB_TEXT(patterns[1]),
                                  DB_TEXT(patterns[2]), DB_TEXT(patterns[3]));
    if (status != OK) return status;
    status = db_next(&rows);
    if (status == OK) {
        status = slice_message_read(&rows, 0, arena, &slice_figure_type, figure);
    }
    db_end(&rows);
    return status;
}

static enum status indicator_new(struct arena *arena, const struct slice_indicator_rule *rule,
                                 ProtobufCMessage *figure, slice_indicator **out)
{
    ProtobufCMessage *message = rpc_message_new(arena, slice_indicator_type.descriptor);
    if (message == NULL) return RESOURCE_EXHAUSTED;
    slice_indicator *indicator = (slice_indicator *)message;
    indicator->code = arena_copy(arena, rule->code, strlen(rule->code));
    indicator->label = arena_copy(arena, rule->label, strlen(rule->label));
    indicator->figure = (slice_figure *)figure;
    *out = indicator;
    return indicator->code == NULL || indicator->label == NULL ? RESOURCE_EXHAUSTED : OK;
}

enum status slice_find_indicators(struct db *db, struct arena *arena, const char *as_of,
                                  const struct slice_indicator_rule *rules, size_t rule_count,
                                  slice_indicator ***indicators, size_t *count)
{
    int64_t ids[SLICE_INDICATOR_REPORTS_MAX];
    size_t id_count = 0;
    enum status status = latest_list(db, as_of, ids, &id_count);
    slice_indicator **list = arena_calloc(arena, rule_count, sizeof(slice_indicator *));
    if (status == OK && list == NULL) status = RESOURCE_EXHAUSTED;
    size_t found = 0;
    for (size_t i = 0; status == OK && i < rule_count; i++) {
        const char *patterns[SLICE_INDICATOR_WORDS_MAX];
        ProtobufCMessage *figure = NULL;
        status = words_read(arena, rules[i].labels, patterns);
        enum status match = NOT_FOUND;
        for (size_t j = 0; status == OK && match == NOT_FOUND && j < id_count; j++)
            match = figure_match(db, arena, ids[j], rules[i].unit, patterns, &figure);
        if (status != OK || match == NOT_FOUND) continue;
        status = match;
        if (status == OK) status = indicator_new(arena, &rules[i], figure, &list[found]);
        if (status == OK) found++;
    }
    if (status != OK) return status;
    *indicators = list;
    *count = found;
    return OK;
}
