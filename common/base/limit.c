#include "base/limit.h"

#include <string.h>

_Static_assert(sizeof(size_t) == sizeof(int64_t), "a limit may be either");

enum { DIGITS_MAX = 18 };

static void store(const struct limit_set *set, size_t index, int64_t value)
{
    memcpy((char *)set->limits + set->infos[index].offset, &value, sizeof value);
}

void limits_reset(const struct limit_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        store(set, i, set->infos[i].normal);
}

int64_t limit_get(const struct limit_set *set, size_t index)
{
    int64_t value;
    memcpy(&value, (const char *)set->limits + set->infos[index].offset, sizeof value);
    return value;
}

/* -1: no whole number. */
static int64_t number_of(struct text text)
{
    if (text.length == 0 || text.length > DIGITS_MAX) return -1;
    int64_t number = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9') return -1;
        number = number * 10 + (text.bytes[i] - '0');
    }
    return number;
}

enum status limit_put(const struct limit_set *set, struct text name, struct text value,
                      struct fault *fault)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct limit_info *info = &set->infos[i];
        if (!text_equal(name, text_from(info->name))) continue;
        int64_t number = number_of(value);
        if (number < info->least || number > info->most) {
            return fault_set(fault, INVALID_ARGUMENT, "%s is a whole number from %lld to %lld",
                             info->name, (long long)info->least, (long long)info->most);
        }
        store(set, i, number);
        return OK;
    }
    return NOT_FOUND;
}
