#include "import_owners.h"

#include <string.h>

#include "import_labels.h"

enum {
    WEIGHT_MAX = 1000,
    RULES_MAX = 5000,
    ABOVE_PERCENT = 75, /* Of the weight of the labels above that counts below them, */
    ABOVE_MAX = 80,     /* and at most so much: a certain word decides against all above it. */
};

/* owners.tsv, embedded. */
extern const char import_owners_tsv[];
extern const size_t import_owners_tsv_length;

const char *owner_name(enum service owner)
{
    return service_names[owner];
}

static size_t character_bytes(char lead)
{
    unsigned char byte = (unsigned char)lead;
    return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

static unsigned hash(const char *bytes, size_t length)
{
    unsigned value = 2166136261U;
    for (size_t i = 0; i < length; i++)
        value = (value ^ (unsigned char)bytes[i]) * 16777619U;
    return value % OWNER_BUCKETS;
}

/* Up to the next `separator`; the rest moves behind it. */
static struct text field(struct text *rest, char separator)
{
    const char *end = memchr(rest->bytes, separator, rest->length);
    size_t length = end == NULL ? rest->length : (size_t)(end - rest->bytes);
    struct text field = {rest->bytes, length};
    size_t taken = length + (end == NULL ? 0 : 1);
    rest->bytes += taken;
    rest->length -= taken;
    return field;
}

static enum status rule_read(struct arena *arena, struct text line, struct owner_rule *rule)
{
    struct text folded;
    enum status status = text_fold(arena, field(&line, '\t'), &folded);
    if (status != OK) return status;
    if (folded.length == 0) return INVALID_ARGUMENT;
    struct text owner = field(&line, '\t');
    int index = -1;
    for (int i = 0; i < SERVICE_COUNT; i++) {
        if (text_equal(owner, text_from(service_names[i]))) index = i;
    }
    int weight = 0;
    for (size_t i = 0; i < line.length && weight <= WEIGHT_MAX; i++) {
        if (line.bytes[i] < '0' || line.bytes[i] > '9') return INVALID_ARGUMENT;
        weight = weight * 10 + (line.bytes[i] - '0');
    }
    if (index < 0 || weight == 0 || weight > WEIGHT_MAX) return INVALID_ARGUMENT;
    *rule = (struct owner_rule){.pattern = folded.bytes,
                                .length = folded.length,
                                .owner = (enum service)index,
                                .weight = weight};
    return OK;
}

enum status owners_read(struct arena *arena, struct text rules, struct import_owners *owners)
{
    size_t lines = 1;
    for (size_t i = 0; i < rules.length; i++)
        lines += rules.bytes[i] == '\n';
    if (lines > RULES_MAX) return INVALID_ARGUMENT;
    owners->rules = arena_calloc(arena, lines, sizeof *owners->rules);
    if (owners->rules == NULL) return RESOURCE_EXHAUSTED;
    owners->count = 0;
    for (size_t i = 0; i < OWNER_BUCKETS; i++)
        owners->buckets[i] = -1;
    while (rules.length > 0) {
        struct text line = field(&rules, '\n');
        if (line.length == 0 || line.bytes[0] == '#') continue;
        struct owner_rule *rule = &owners->rules[owners->count];
        enum status status = rule_read(arena, line, rule);
        if (status != OK) return status;
        unsigned bucket = hash(rule->pattern, character_bytes(rule->pattern[0]));
        rule->next = owners->buckets[bucket];
        owners->buckets[bucket] = (int)owners->count++;
    }
    return OK;
}

enum status owners_builtin(struct arena *arena, struct import_owners *owners)
{
    return owners_read(arena, (struct text){import_owners_tsv, import_owners_tsv_length}, owners);
}

/* Without spaces, ASCII in lower case: as the patterns are. */
static size_t fold(struct text label, char folded[static LABEL_BYTES_MAX])
{
    size_t length = 0;
    for (size_t i = 0; i < label.length && length < LABEL_BYTES_MAX; i++) {
        char c = label.bytes[i];
        if (c == ' ') continue;
        folded[length++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return length;
}

struct owner_weights owners_weigh(const struct import_owners *owners, struct text label)
{
    struct owner_weights total = {{0}};
    char folded[LABEL_BYTES_MAX];
    size_t length = fold(label, folded);
    for (size_t at = 0; at < length;) {
        size_t step = character_bytes(folded[at]);
        if (at + step > length) break;
        const struct owner_rule *longest = NULL;
        for (int i = owners->buckets[hash(folded + at, step)]; i >= 0; i = owners->rules[i].next) {
            const struct owner_rule *rule = &owners->rules[i];
            bool matches = rule->length <= length - at &&
                           memcmp(rule->pattern, folded + at, rule->length) == 0;
            if (matches && (longest == NULL || rule->length > longest->length)) longest = rule;
        }
        if (longest != NULL) {
            int *weight = &total.weights[longest->owner];
            /* Several words of one owner: the heaviest, and a little for each other. */
            int lighter = longest->weight < *weight ? longest->weight : *weight;
            int heavier = longest->weight < *weight ? *weight : longest->weight;
            *weight = heavier + lighter / 10;
            step = longest->length;
        }
        at += step;
    }
    return total;
}

struct owner_weights owners_below(struct owner_weights above, struct owner_weights own)
{
    for (int i = 0; i < SERVICE_COUNT; i++) {
        int part = above.weights[i] * ABOVE_PERCENT / 100;
        own.weights[i] += part < ABOVE_MAX ? part : ABOVE_MAX;
    }
    return own;
}

enum service owners_choose(const struct owner_weights *weights)
{
    enum service owner = SERVICE_REPORT;
    for (int i = 0; i < SERVICE_COUNT; i++) {
        if (weights->weights[i] > weights->weights[owner]) owner = (enum service)i;
    }
    return owner;
}
