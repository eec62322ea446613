/* Long texts: what the importer holds is bounded by the largest table, and nothing that it keeps
 * from line to line may lie in memory that it resets on the way. */
#include <stdlib.h>
#include <string.h>

#include "support/import_reader.h"
#include "support/suite.h"

enum { ARENA_BYTES = 64 << 20, PARSE_BYTES_MAX = 8 << 20, REPEATS = 200, BULLETS = 200000 };

struct counts {
    long tokens, figures, parts, tables;
};

static enum status count_token(void *context, const report_token *token)
{
    (void)token;
    ((struct counts *)context)->tokens++;
    return OK;
}

static enum status count_figure(void *context, const slice_figure *figure)
{
    struct counts *counts = context;
    counts->figures++;
    counts->parts += figure->part_of[0] != '\0';
    return OK;
}

static enum status count_table(void *context, const slice_table *table)
{
    (void)table;
    ((struct counts *)context)->tables++;
    return OK;
}

/* Parses with an arena that a text of this length would not fit into. */
static struct counts parse(struct text utf8)
{
    struct counts counts = {0, 0, 0, 0};
    struct arena arena;
    arena_init(&arena, PARSE_BYTES_MAX);
    const struct import_sink sink = {
        .context = &counts, .token = count_token, .figure = count_figure, .table = count_table};
    const struct import_options options = {.report_id = "long", .as_of = "2023-06-30"};
    struct import_cover cover;
    struct fault fault = {""};
    CU_ASSERT_EQUAL(import_parse(&arena, utf8, &options, &sink, &cover, &fault), OK);
    arena_free(&arena);
    return counts;
}

static void repeats_give_as_much_again(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct text once;
    CU_ASSERT_TRUE_FATAL(import_fixture(&arena, "hanbit-2023.txt", &once));
    char *text = arena_alloc(&arena, (once.length + 2) * REPEATS);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    size_t length = 0;
    for (int i = 0; i < REPEATS; i++) {
        memcpy(text + length, once.bytes, once.length);
        length += once.length;
        text[length++] = '\n';
        text[length++] = '\n';
    }
    struct counts two = parse((struct text){text, (once.length + 2) * 2});
    struct counts three = parse((struct text){text, (once.length + 2) * 3});
    struct counts all = parse((struct text){text, length});
    /* From the second on each repeat reads alike; the first has the cover. */
    long further = REPEATS - 3;
    CU_ASSERT_TRUE(two.tokens > 0 && two.figures > 0 && two.parts > 0 && two.tables > 0);
    CU_ASSERT_EQUAL(all.tokens, three.tokens + further * (three.tokens - two.tokens));
    CU_ASSERT_EQUAL(all.figures, three.figures + further * (three.figures - two.figures));
    CU_ASSERT_EQUAL(all.parts, three.parts + further * (three.parts - two.parts));
    CU_ASSERT_EQUAL(all.tables, three.tables + further * (three.tables - two.tables));
    arena_free(&arena);
}

static void bullets_nest_without_end(void)
{
    enum { LINE_BYTES = 80 };
    char *text = malloc((size_t)BULLETS * LINE_BYTES);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    size_t length = 0;
    static const char *const marks[] = {"-", "○", "□", "▶", "·", "※", "*", "◆"};
    for (int i = 0; i < BULLETS; i++) {
        int spaces = i % 50;
        memset(text + length, ' ', (size_t)spaces);
        length += (size_t)spaces;
        const char *mark = marks[i % ARRAY_LENGTH(marks)];
        memcpy(text + length, mark, strlen(mark));
        length += strlen(mark);
        memcpy(text + length, " 항목 3건\n", strlen(" 항목 3건\n"));
        length += strlen(" 항목 3건\n");
    }
    struct counts counts = parse((struct text){text, length});
    CU_ASSERT_EQUAL(counts.tokens, BULLETS);
    CU_ASSERT_EQUAL(counts.figures, BULLETS);
    free(text);
}

SUITE("import_long", {"repeats give as much again", repeats_give_as_much_again},
      {"bullets nest without end", bullets_nest_without_end})
