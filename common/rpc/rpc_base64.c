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

bool rpc_base64_quantum(const char quantum[static 4], uint8_t bytes[static 3], size_t *length)
{
    size_t digits = quantum[3] != '=' ? 4 : quantum[2] != '=' ? 3 : 2;
    uint32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = i < digits ? digit_of(quantum[i]) : 0;
        if (digit < 0) return false;
        group = group << 6 | (uint32_t)digit;
    }
    for (size_t i = 0; i < 3; i++)
        bytes[i] = (uint8_t)(group >> (16 - 8 * i));
    *length = digits - 1;
    return true;
}

enum status rpc_base64_append(struct buffer *out, struct text bytes)
{
    uint8_t *end;
    enum status status = buffer_reserve(out, (bytes.length + 2) / 3 * 4, &end);
    if (status != OK) return status;
    for (size_t i = 0; i < bytes.length; i += 3) {
        size_t left = bytes.length - i;
        uint32_t group = (uint32_t)(unsigned char)bytes.bytes[i] << 16;
        if (left > 1) group |= (uint32_t)(unsigned char)bytes.bytes[i + 1] << 8;
        if (left > 2) group |= (uint32_t)(unsigned char)bytes.bytes[i + 2];
        *end++ = (uint8_t)alphabet[group >> 18];
        *end++ = (uint8_t)alphabet[group >> 12 & 63];
        *end++ = (uint8_t)(left > 1 ? alphabet[group >> 6 & 63] : '=');
        *end++ = (uint8_t)(left > 2 ? alphabet[group & 63] : '=');
        out->length += 4;
    }
    return OK;
}
