#include "http/http1_head.h"

#include <string.h>
#include <strings.h>

enum { CONTENT_LENGTH_DIGITS_MAX = 15 };

struct seen {
    size_t fields;
    int hosts;
    int lengths;
    int codings;
    bool version_1_0;
};

static const struct http1_refusal fine = {0, NULL};

static struct http1_refusal bad(const char *reason)
{
    return (struct http1_refusal){400, reason};
}

/* tchar of RFC 9110. */
static bool token_byte(unsigned char byte)
{
    if (byte >= '0' && byte <= '9') return true;
    if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') return true;
    return byte != 0 && strchr("!#$%&'*+-.^_`|~", byte) != NULL;
}

static bool token(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (!token_byte((unsigned char)text.bytes[i])) return false;
    }
    return text.length > 0;
}

static bool same(struct text text, const char *string)
{
    return text.length == strlen(string) && strncasecmp(text.bytes, string, text.length) == 0;
}

/* Cuts the line that ends in CR LF off the front; false where a bare one of them is. */
static bool take_line(struct text *rest, struct text *line)
{
    const char *end = memchr(rest->bytes, '\r', rest->length);
    if (end == NULL) return false;
    size_t length = (size_t)(end - rest->bytes);
    if (length + 1 >= rest->length || end[1] != '\n') return false;
    *line = (struct text){rest->bytes, length};
    rest->bytes += length + 2;
    rest->length -= length + 2;
    return memchr(line->bytes, '\n', length) == NULL;
}

static struct http1_refusal check_request_line(struct text line, struct seen *seen)
{
    const char *space = memchr(line.bytes, ' ', line.length);
    if (space == NULL) return bad("the request line has no target");
    struct text method = {line.bytes, (size_t)(space - line.bytes)};
    struct text rest = {space + 1, line.length - method.length - 1};
    const char *second = memchr(rest.bytes, ' ', rest.length);
    if (second == NULL) return bad("the request line has no version");
    struct text target = {rest.bytes, (size_t)(second - rest.bytes)};
    struct text version = {second + 1, rest.length - target.length - 1};
    if (!token(method)) return bad("the method is not a token");
    if (target.length == 0) return bad("the request line has two spaces in a row");
    for (size_t i = 0; i < target.length; i++) {
        unsigned char byte = (unsigned char)target.bytes[i];
        if (byte <= 0x20 || byte >= 0x7f) return bad("the target has a byte that is not visible");
    }
    if (version.length > 0 && version.bytes[0] == ' ') {
        return bad("the request line has two spaces in a row");
    }
    if (version.length < 5 || strncasecmp(version.bytes, "HTTP/", 5) != 0) {
        return (struct http1_refusal){0, "this is not HTTP"};
    }
    seen->version_1_0 = text_equal(version, text_from("HTTP/1.0"));
    if (!seen->version_1_0 && !text_equal(version, text_from("HTTP/1.1"))) {
        return (struct http1_refusal){505, "the version is neither HTTP/1.0 nor HTTP/1.1"};
    }
    return fine;
}

static struct http1_refusal check_length(struct text value, struct seen *seen,
                                         struct http1_head *out)
{
    if (++seen->lengths > 1) return bad("there is more than one content-length");
    if (value.length == 0 || value.length > CONTENT_LENGTH_DIGITS_MAX) {
        return bad("content-length is not a number of up to 15 digits");
    }
    out->content_length = 0;
    for (size_t i = 0; i < value.length; i++) {
        char byte = value.bytes[i];
        if (byte < '0' || byte > '9') return bad("content-length is not a number");
        out->content_length = out->content_length * 10 + (uint64_t)(byte - '0');
    }
    return fine;
}

static struct http1_refusal check_coding(struct text value, struct seen *seen,
                                         struct http1_head *out)
{
    if (++seen->codings > 1) return bad("there is more than one transfer-encoding");
    if (!same(value, "chunked")) {
        return (struct http1_refusal){501, "the only transfer-encoding here is chunked"};
    }
    out->chunked = true;
    return fine;
}

static struct text trim(struct text value)
{
    while (value.length > 0 && (value.bytes[0] == ' ' || value.bytes[0] == '\t')) {
        value.bytes++;
        value.length--;
    }
    while (value.length > 0 &&
           (value.bytes[value.length - 1] == ' ' || value.bytes[value.length - 1] == '\t'))
        value.length--;
    return value;
}

static struct http1_refusal check_field(struct text line, struct seen *seen, struct http1_head *out)
{
    if (line.bytes[0] == ' ' || line.bytes[0] == '\t') return bad("a header field is folded");
    const char *colon = memchr(line.bytes, ':', line.length);
    if (colon == NULL) return bad("a header field has no colon");
    struct text name = {line.bytes, (size_t)(colon - line.bytes)};
    if (!token(name)) return bad("the name of a header field is not a token");
    struct text value = trim((struct text){colon + 1, line.length - name.length - 1});
    for (size_t i = 0; i < value.length; i++) {
        unsigned char byte = (unsigned char)value.bytes[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
            return bad("the value of a header field has a control character");
        }
    }
    if (same(name, "host") && ++seen->hosts > 1) return bad("there is more than one host");
    if (same(name, "content-length")) return check_length(value, seen, out);
    if (same(name, "transfer-encoding")) return check_coding(value, seen, out);
    if (same(name, "expect")) {
        out->expects_continue = same(value, "100-continue");
        if (!out->expects_continue) {
            return (struct http1_refusal){417, "the only expectation here is 100-continue"};
        }
    }
    return fine;
}

struct http1_refusal http1_head_check(struct text head, size_t fields_max, struct http1_head *out)
{
    *out = (struct http1_head){.chunked = false};
    struct seen seen = {.fields = 0};
    struct text line;
    if (!take_line(&head, &line)) return bad("a line does not end in CR LF");
    struct http1_refusal refusal = check_request_line(line, &seen);
    while (refusal.reason == NULL) {
        if (!take_line(&head, &line)) return bad("a line does not end in CR LF");
        if (line.length == 0) break;
        if (++seen.fields > fields_max) {
            return (struct http1_refusal){431, "there are too many header fields"};
        }
        refusal = check_field(line, &seen, out);
    }
    if (refusal.reason != NULL) return refusal;
    if (seen.lengths > 0 && seen.codings > 0) {
        return bad("there are both content-length and transfer-encoding");
    }
    if (seen.version_1_0 && seen.codings > 0) return bad("HTTP/1.0 knows no transfer-encoding");
    if (!seen.version_1_0 && seen.hosts == 0) return bad("there is no host");
    return fine;
}
