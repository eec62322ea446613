/* Any text as a report: what the importer reads of it, the rules check; they end, find or do not
 * find, and every finding has figures and arithmetic. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "import.h"
#include "reconcile.h"

enum { ARENA_BYTES = 256 << 20, KEPT_MAX = 20000, CHUNK_BYTES_MIN = 1 };

struct kept {
    struct arena *arena;
    slice_figure *figures[KEPT_MAX];
    size_t figure_count;
    slice_table *tables[KEPT_MAX];
    size_t table_count;
};

static void *allocate(void *arena, size_t bytes)
{
    return arena_alloc(arena, bytes < CHUNK_BYTES_MIN ? CHUNK_BYTES_MIN : bytes);
}

static void release(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

static void *copy(struct arena *arena, const ProtobufCMessage *message)
{
    ProtobufCAllocator allocator = {allocate, release, arena};
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = arena_alloc(arena, length + 1);
    if (bytes == NULL) return NULL;
    protobuf_c_message_pack(message, bytes);
    return protobuf_c_message_unpack(message->descriptor, &allocator, length, bytes);
}

static enum status keep_figure(void *context, const slice_figure *figure)
{
    struct kept *kept = context;
    if (kept->figure_count == KEPT_MAX) return RESOURCE_EXHAUSTED;
    slice_figure *copied = copy(kept->arena, &figure->base);
    if (copied == NULL) return RESOURCE_EXHAUSTED;
    kept->figures[kept->figure_count++] = copied;
    return OK;
}

static enum status keep_table(void *context, const slice_table *table)
{
    struct kept *kept = context;
    if (kept->table_count == KEPT_MAX) return RESOURCE_EXHAUSTED;
    slice_table *copied = copy(kept->arena, &table->base);
    if (copied == NULL) return RESOURCE_EXHAUSTED;
    kept->tables[kept->table_count++] = copied;
    return OK;
}

static int compare_figures(const void *left, const void *right)
{
    const type_citation *a = (*(slice_figure *const *)left)->citation;
    const type_citation *b = (*(slice_figure *const *)right)->citation;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

static void reconcile(struct kept *kept, const struct import_cover *cover)
{
    struct reconcile_input input = {
        .report_id = "fuzz",
        .as_of = cover->as_of,
        .publisher = cover->publisher,
        .figures = kept->figures,
        .figure_count = kept->figure_count,
        .tables = kept->tables,
        .table_count = kept->table_count,
    };
    struct reconcile_output output;
    struct fault fault;
    if (reconcile_run(kept->arena, &input, &output, &fault) != OK) return;
    for (size_t i = 0; i < output.finding_count; i++) {
        const report_finding *finding = output.findings[i];
        if (finding->n_figures == 0 || finding->explanation[0] == '\0') abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    arena_init(&arena, ARENA_BYTES);
    struct kept *kept = calloc(1, sizeof *kept);
    if (kept == NULL) abort();
    kept->arena = &arena;
    struct import_options options = {"fuzz", "2020-03-31"};
    struct import_sink sink = {.context = kept, .figure = keep_figure, .table = keep_table};
    struct import_cover cover;
    struct fault fault;
    struct text utf8;
    enum status status =
        import_decode(&arena, (struct text){(const char *)data, size}, &utf8, &fault);
    if (status == OK) status = import_parse(&arena, utf8, &options, &sink, &cover, &fault);
    if (status == OK) {
        qsort(kept->figures, kept->figure_count, sizeof(slice_figure *), compare_figures);
        reconcile(kept, &cover);
    }
    free(kept);
    arena_free(&arena);
    return 0;
}
