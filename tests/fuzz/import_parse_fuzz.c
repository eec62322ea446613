/* Any bytes as a report: read or refused with a message. What is read stands in the text: lines
 * count up, columns lie within their line, and every ASCII digit belongs to exactly one token. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "import.h"
#include "import_lines.h"

enum { ARENA_BYTES = 64 << 20 };

struct seen {
    int line;
    long digits; /* In tokens. */
};

static long digits_of(const char *bytes, size_t length)
{
    long count = 0;
    for (size_t i = 0; i < length; i++)
        count += bytes[i] >= '0' && bytes[i] <= '9';
    return count;
}

static enum status take_token(void *context, const report_token *token)
{
    struct seen *seen = context;
    if (token->line < seen->line || token->column < 1 || token->printed[0] == '\0') abort();
    if (token->kind < REPORT_TOKEN_KIND_QUANTITY || token->kind > REPORT_TOKEN_KIND_UNREAD) abort();
    seen->line = token->line;
    seen->digits += digits_of(token->printed, strlen(token->printed));
    return OK;
}

static enum status take_figure(void *context, const slice_figure *figure)
{
    (void)context;
    if (figure->owner[0] == '\0' || figure->quantity == NULL || figure->n_subject > 32) abort();
    return OK;
}

static enum status take_table(void *context, const slice_table *table)
{
    (void)context;
    if (table->n_rows == 0 || table->heading_rows > (int)table->n_rows) abort();
    return OK;
}

/* The digits of the lines as the importer sees them: composed, which makes some characters digits.
 */
static long digits_of_lines(struct arena *arena, struct text utf8)
{
    struct import_lines lines = import_lines_of(utf8);
    long count = 0;
    for (;;) {
        struct import_line line;
        bool found;
        if (import_lines_next(&lines, arena, &line, &found, NULL) != OK || !found) return count;
        count += digits_of(line.text.bytes, line.text.length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct import_options options = {.report_id = "fuzz", .as_of = "2020-03-31"};
    struct seen seen = {0};
    const struct import_sink sink = {&seen, take_token, take_figure, take_table, NULL};
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct text utf8;
    struct import_cover cover;
    struct fault fault = {{0}};
    enum status status =
        import_decode(&arena, (struct text){(const char *)data, size}, &utf8, &fault);
    if (status == OK) status = import_parse(&arena, utf8, &options, &sink, &cover, &fault);
    /* A numbered entity becomes another character than its digits are. */
    bool entities = status == OK && text_find(utf8, text_from("&#")) >= 0;
    if (status == OK && !entities && seen.digits != digits_of_lines(&arena, utf8)) abort();
    if (status != OK && fault.message[0] == '\0') abort();
    arena_free(&arena);
    return 0;
}
