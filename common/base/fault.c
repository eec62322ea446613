#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum status fault_set(struct fault *fault, enum status status, const char *format, ...)
{
    if (fault == NULL) return status;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof fault->message) {
        struct text whole = {fault->message, sizeof fault->message - 1};
        fault->message[text_cut(whole, whole.length).length] = '\0';
    }
    return status;
}
