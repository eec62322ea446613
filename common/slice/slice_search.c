#include "slice/slice_search.h"

#include <string.h>

/* Parts are joined with separators that no text holds, so that nothing is found across two of
 * them. Folding keeps them: they are no white space. */
enum { PART_END = 0x1F, LABELS_END = 0x1E, FOLDED_BYTES_MAX = 4 * SLICE_SEARCH_BYTES_MAX };

void slice_folder_init(struct slice_folder *folder)
{
    arena_init(&folder->arena, FOLDED_BYTES_MAX);
    buffer_init(&folder->joined, SLICE_SEARCH_BYTES_MAX);
}

void slice_folder_free(struct slice_folder *folder)
{
    arena_free(&folder->arena);
    buffer_free(&folder->joined);
}

static enum status part_add(struct slice_folder *folder, const char *part)
{
    if (part == NULL || part[0] == '\0') return OK;
    enum status status = buffer_append_string(&folder->joined, part);
    return status == OK ? buffer_append_byte(&folder->joined, PART_END) : status;
}

static enum status parts_add(struct slice_folder *folder, char *const *parts, size_t count)
{
    enum status status = OK;
    for (size_t i = 0; status == OK && i < count; i++)
        status = part_add(folder, parts[i]);
    return status;
}

static enum status section_add(struct slice_folder *folder, const type_citation *citation)
{
    if (citation == NULL) return OK;
    return parts_add(folder, citation->section_path, citation->n_section_path);
}

/* Folds what was joined. */
static enum status joined_fold(struct slice_folder *folder, struct text *folded)
{
    arena_reset(&folder->arena);
    struct text joined = {(const char *)folder->joined.bytes, folder->joined.length};
    return text_fold(&folder->arena, joined, folded);
}

enum status slice_figure_fold(struct slice_folder *folder, const slice_figure *figure,
                              struct slice_figure_texts *texts)
{
    buffer_clear(&folder->joined);
    enum status status = parts_add(folder, figure->subject, figure->n_subject);
    if (status == OK) status = buffer_append_byte(&folder->joined, LABELS_END);
    if (status == OK) status = section_add(folder, figure->citation);
    if (status == OK) status = part_add(folder, figure->printed);
    struct text folded;
    if (status == OK) status = joined_fold(folder, &folded);
    if (status != OK) return status;
    size_t labels = (size_t)text_find(folded, (struct text){(const char[]){LABELS_END}, 1});
    char *copy = arena_copy(&folder->arena, folded.bytes, labels);
    if (copy == NULL) return RESOURCE_EXHAUSTED;
    *texts = (struct slice_figure_texts){.labels = copy, .place = folded.bytes + labels + 1};
    return OK;
}

enum status slice_table_fold(struct slice_folder *folder, const slice_table *table,
                             const char **text)
{
    buffer_clear(&folder->joined);
    enum status status = part_add(folder, table->title);
    if (status == OK) status = section_add(folder, table->citation);
    for (size_t i = 0; i < table->n_rows; i++) {
        for (size_t j = 0; status == OK && j < table->rows[i]->n_cells; j++)
            status = part_add(folder, table->rows[i]->cells[j]->text);
    }
    struct text folded = {"", 0};
    if (status == OK && folder->joined.length > 0) status = joined_fold(folder, &folded);
    if (status == OK) *text = folded.bytes;
    return status;
}

/* Writes %text% with the wildcards in it escaped, and `last` in the place of the last %. */
static enum status pattern_write(struct arena *arena, struct text search, char last,
                                 const char **pattern)
{
    struct text folded;
    enum status status = text_fold(arena, search, &folded);
    if (status != OK) return status;
    char *escaped = arena_alloc(arena, 2 * folded.length + 3);
    if (escaped == NULL) return RESOURCE_EXHAUSTED;
    size_t length = 0;
    escaped[length++] = '%';
    for (size_t i = 0; i < folded.length; i++) {
        char byte = folded.bytes[i];
        if (byte == '%' || byte == '_' || byte == '\\') escaped[length++] = '\\';
        escaped[length++] = byte;
    }
    escaped[length++] = last;
    escaped[length] = '\0';
    *pattern = escaped;
    return OK;
}

enum status slice_pattern(struct arena *arena, struct text search, const char **pattern)
{
    *pattern = "%";
    return search.length == 0 ? OK : pattern_write(arena, search, '%', pattern);
}

enum status slice_label_pattern(struct arena *arena, struct text word, const char **pattern)
{
    if (!text_ends_with(word, text_from("$"))) return slice_pattern(arena, word, pattern);
    return pattern_write(arena, (struct text){word.bytes, word.length - 1}, PART_END, pattern);
}
