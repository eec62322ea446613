#include "rpc/rpc_protocol.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static size_t type_length(struct text content_type)
{
    const char *semicolon = memchr(content_type.bytes, ';', content_type.length);
    if (semicolon == NULL) return content_type.length;
    return (size_t)(semicolon - content_type.bytes);
}

bool rpc_media_type_is(struct text content_type, const char *media_type)
{
    if (content_type.length == 0) return false;
    struct text type = text_trim((struct text){content_type.bytes, type_length(content_type)});
    return type.length == strlen(media_type) &&
           strncasecmp(type.bytes, media_type, type.length) == 0;
}

bool rpc_charset_is_utf8(struct text content_type)
{
    size_t length = type_length(content_type);
    if (length == content_type.length) return true;
    struct text parameter =
        text_trim((struct text){content_type.bytes + length + 1, content_type.length - length - 1});
    static const char *const accepted[] = {"", "charset=utf-8", "charset=\"utf-8\""};
    for (size_t i = 0; i < ARRAY_LENGTH(accepted); i++) {
        if (parameter.length == strlen(accepted[i]) &&
            strncasecmp(parameter.bytes, accepted[i], parameter.length) == 0)
            return true;
    }
    return false;
}
