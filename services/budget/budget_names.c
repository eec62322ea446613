#include "budget_names.h"

#include <string.h>

enum { DIGITS_MAX = 18 };

bool name_number(const char *name, const char *prefix, int64_t *number)
{
    size_t prefix_length = strlen(prefix);
    if (strncmp(name, prefix, prefix_length) != 0) return false;
    const char *digits = name + prefix_length;
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || count > DIGITS_MAX || digits[count] != '\0' || digits[0] == '0') return false;
    *number = 0;
    for (size_t i = 0; i < count; i++)
        *number = *number * 10 + (digits[i] - '0');
    return true;
}
