#include "http/http_chunks.h"

void http_chunks_init(struct http_chunks *chunks)
{
    *chunks = (struct http_chunks){.state = HTTP_CHUNKS_SIZE};
}

static int hexadecimal(unsigned char byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
    return -1;
}

/* Visible, space or tab: what a line may hold. */
static bool in_line(unsigned char byte)
{
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

static bool read_size(struct http_chunks *chunks, unsigned char byte)
{
    int digit = hexadecimal(byte);
    if (digit >= 0) {
        if (chunks->digits++ >= HTTP_CHUNK_DIGITS_MAX) return false;
        chunks->remaining = chunks->remaining * 16 + (uint64_t)digit;
        return true;
    }
    if (chunks->digits == 0) return false;
    chunks->line_bytes = 0;
    if (byte == ';') {
        chunks->state = HTTP_CHUNKS_EXTENSION;
        return true;
    }
    chunks->state = HTTP_CHUNKS_SIZE_LF;
    return byte == '\r';
}

static bool read_line(struct http_chunks *chunks, unsigned char byte, size_t bytes_max,
                      enum http_chunks_state after)
{
    if (byte == '\r') {
        chunks->state = after;
        return true;
    }
    return in_line(byte) && ++chunks->line_bytes <= bytes_max;
}

static bool read_trailer_start(struct http_chunks *chunks, unsigned char byte)
{
    if (byte == '\r') {
        chunks->state = HTTP_CHUNKS_LAST_LF;
        return true;
    }
    chunks->state = HTTP_CHUNKS_TRAILER;
    /* A line that begins with white space would continue the one before: obsolete folding. */
    return byte != ' ' && byte != '\t' &&
           read_line(chunks, byte, HTTP_CHUNK_TRAILER_BYTES_MAX, HTTP_CHUNKS_TRAILER_LF);
}

static bool expect(struct http_chunks *chunks, bool fits, enum http_chunks_state after)
{
    chunks->state = after;
    return fits;
}

/* One byte outside the data. False: malformed. */
static bool read_byte(struct http_chunks *chunks, unsigned char byte)
{
    switch (chunks->state) {
    case HTTP_CHUNKS_SIZE:
        return read_size(chunks, byte);
    case HTTP_CHUNKS_EXTENSION:
        return read_line(chunks, byte, HTTP_CHUNK_EXTENSION_BYTES_MAX, HTTP_CHUNKS_SIZE_LF);
    case HTTP_CHUNKS_SIZE_LF:
        chunks->digits = 0;
        return expect(chunks, byte == '\n',
                      chunks->remaining > 0 ? HTTP_CHUNKS_BYTES : HTTP_CHUNKS_TRAILER_START);
    case HTTP_CHUNKS_BYTES_CR:
        return expect(chunks, byte == '\r', HTTP_CHUNKS_BYTES_LF);
    case HTTP_CHUNKS_BYTES_LF:
        return expect(chunks, byte == '\n', HTTP_CHUNKS_SIZE);
    case HTTP_CHUNKS_TRAILER_START:
        return read_trailer_start(chunks, byte);
    case HTTP_CHUNKS_TRAILER:
        return read_line(chunks, byte, HTTP_CHUNK_TRAILER_BYTES_MAX, HTTP_CHUNKS_TRAILER_LF);
    case HTTP_CHUNKS_TRAILER_LF:
        return expect(chunks, byte == '\n', HTTP_CHUNKS_TRAILER_START);
    case HTTP_CHUNKS_BYTES:
    case HTTP_CHUNKS_LAST_LF:
        return false;
    }
    return false;
}

static struct text take_data(struct http_chunks *chunks, struct text *in)
{
    size_t length = in->length;
    if (length > chunks->remaining) length = (size_t)chunks->remaining;
    struct text data = {in->bytes, length};
    in->bytes += length;
    in->length -= length;
    chunks->remaining -= length;
    if (chunks->remaining == 0) chunks->state = HTTP_CHUNKS_BYTES_CR;
    return data;
}

enum http_chunks_result http_chunks_read(struct http_chunks *chunks, struct text *in,
                                         struct text *data)
{
    while (in->length > 0) {
        if (chunks->state == HTTP_CHUNKS_BYTES) {
            *data = take_data(chunks, in);
            return HTTP_CHUNKS_DATA;
        }
        unsigned char byte = (unsigned char)*in->bytes++;
        in->length--;
        if (chunks->state == HTTP_CHUNKS_LAST_LF) {
            return byte == '\n' ? HTTP_CHUNKS_END : HTTP_CHUNKS_BAD;
        }
        if (!read_byte(chunks, byte)) return HTTP_CHUNKS_BAD;
    }
    return HTTP_CHUNKS_MORE;
}
