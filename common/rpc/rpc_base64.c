#include "rpc/rpc_base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct text rpc_base64_encode(struct arena *arena, struct text bytes)
{
    char *out = arena_alloc(arena, bytes.length / 3 * 4 + 5);
    if (out == NULL) return (struct text){NULL, 0};
    size_t length = 0;
    for (size_t i = 0; i < bytes.length; i += 3) {
        size_t left = bytes.length - i;
        uint32_t group = (uint32_t)(unsigned char)bytes.bytes[i] << 16;
        if (left > 1) group |= (uint32_t)(unsigned char)bytes.bytes[i + 1] << 8;
        if (left > 2) group |= (uint32_t)(unsigned char)bytes.bytes[i + 2];
        out[length++] = alphabet[group >> 18];
        out[length++] = alphabet[group >> 12 & 63];
        if (left > 1) out[length++] = alphabet[group >> 6 & 63];
        if (left > 2) out[length++] = alphabet[group & 63];
    }
    out[length] = '\0';
    return (struct text){out, length};
}

static int digit_of(char byte)
{
    if (byte >= 'A' && byte <= 'Z') return byte - 'A';
    if (byte >= 'a' && byte <= 'z') return byte - 'a' + 26;
    if (byte >= '0' && byte <= '9') return byte - '0' + 52;
    if (byte == '+' || byte == '-') return 62;
    if (byte == '/' || byte == '_') return 63;
    return -1;
}

enum status rpc_base64_decode(struct arena *arena, struct text text, struct text *bytes)
{
    if (text.length % 4 == 0) {
        for (int padding = 0; padding < 2 && text.length > 0; padding++) {
            if (text.bytes[text.length - 1] == '=') text.length--;
        }
    }
    if (text.length % 4 == 1) return INVALID_ARGUMENT;
    char *out = arena_alloc(arena, text.length / 4 * 3 + 4);
    if (out == NULL) return RESOURCE_EXHAUSTED;
    size_t length = 0;
    uint32_t group = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < text.length; i++) {
        int digit = digit_of(text.bytes[i]);
        if (digit < 0) return INVALID_ARGUMENT;
        group = group << 6 | (uint32_t)digit;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out[length++] = (char)(group >> bits & 0xff);
    }
    *bytes = (struct text){out, length};
    return OK;
}
