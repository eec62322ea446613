/* Reads a text as the importer does and keeps what it hands over, as lines of text that tests
 * compare. */
#pragma once

#include "import.h"

enum { IMPORT_READ_MAX = 4000 };

struct import_read {
    enum status status;
    struct fault fault;
    struct import_cover cover;
    /* `line:column kind printed [value unit]`, … */
    const char *tokens[IMPORT_READ_MAX];
    int token_count;
    /* `line:column printed owner last/labels` */
    const char *figures[IMPORT_READ_MAX];
    int figure_count;
    const slice_table *tables[IMPORT_READ_MAX];
    int table_count;
    int remark_count;
    int unread_count;
    struct arena arena;
};

/* Reads bytes in any encoding that the importer knows. NULL for as_of: the cover's. Free the
 * result.
 */
struct import_read *import_read(struct text bytes, const char *as_of);
struct import_read *import_read_string(const char *text);
void import_read_free(struct import_read *read);

/* Is the line one of the list? Prints the list where it is not. */
bool import_has(const char *const *list, int count, const char *wanted);

/* A file of tests/fixtures; NULL where it cannot be read. Bytes are in the arena. */
bool import_fixture(struct arena *arena, const char *name, struct text *bytes);

/* A real report of SOTONG_REPORTS or ../shared/reports; false, with a line that says so, where it
 * is absent. */
bool import_report(struct arena *arena, const char *name, struct text *bytes);
