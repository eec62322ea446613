/* The program that turns .sql and other files into C while the project is built. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "support/suite.h"

enum { PATH_BYTES = 512, OUTPUT_BYTES_MAX = 1 << 20 };

/* This file, embedded by tests/CMakeLists.txt. */
extern const char embed_test_source[];
extern const size_t embed_test_source_length;

static void read_whole(FILE *file, struct buffer *out)
{
    size_t length = 1;
    while (length > 0) {
        uint8_t *end;
        CU_ASSERT_EQUAL_FATAL(buffer_reserve(out, 4096, &end), OK);
        length = fread(end, 1, 4096, file);
        out->length += length;
    }
    CU_ASSERT_EQUAL(buffer_append_byte(out, 0), OK);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

/* Runs `embed sql sample FOLDER/sample_sql …` and reads what it says. True: it succeeded. */
static bool embed_sql(const char *folder, const char *files, struct buffer *said)
{
    char command[PATH_BYTES * 2];
    (void)snprintf(command, sizeof command, "cd %s && %s sql sample sample_sql %s 2>&1", folder,
                   EMBED_PROGRAM, files);
    FILE *pipe = popen(command, "r"); /* NOLINT(cert-env33-c): the test's own words. */
    CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
    read_whole(pipe, said);
    return pclose(pipe) == 0;
}

static void folder_new(char folder[static PATH_BYTES])
{
    const char *parent = getenv("TMPDIR");
    (void)snprintf(folder, PATH_BYTES, "%s/sotong-embed-XXXXXX", parent == NULL ? "/tmp" : parent);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
}

static void file_of(const char *folder, const char *name, char path[static PATH_BYTES])
{
    (void)snprintf(path, PATH_BYTES, "%.400s/%.100s", folder, name);
}

static void folder_remove(const char *folder, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char path[PATH_BYTES];
        file_of(folder, names[i], path);
        (void)unlink(path);
    }
    CU_ASSERT_EQUAL(rmdir(folder), 0);
}

static void refuses_bad_files(void)
{
    static const struct {
        const char *name;
        const char *text;
        const char *arguments;
        const char *message; /* "": accepted. */
    } cases[] = {
        {"get.sql", "-- Why.\nSELECT 1", "get.sql", ""},
        {"get.sql", "-- Why.\nSELECT ';' /* ; SELECT */ -- ; SELECT\n;\n-- The end.\n", "get.sql",
         ""},
        {"get.sql", "SELECT 1", "get.sql", "get.sql:1: the first line must be a comment"},
        {"get.sql", "--   \nSELECT 1", "get.sql", "must be a comment that says why"},
        {"get.sql", "", "get.sql", "must be a comment"},
        {"get.sql", "-- Why.\nSELECT 1; SELECT 2", "get.sql", "holds more than one statement"},
        {"get.sql", "-- Why.\nSELECT 1; 'text'", "get.sql", "holds more than one statement"},
        {"get.sql", "-- Why.\n-- Nothing.\n", "get.sql", "holds no statement"},
        {"get.sql", "-- Why.\nSELECT 'open", "get.sql", "a quote is not closed"},
        {"get.sql", "-- Why.\nSELECT 1 /* open", "get.sql", "a comment is not closed"},
        {"Get-1.sql", "-- Why.\nSELECT 1", "Get-1.sql", "lower-case letters, digits and _ only"},
        {"get.txt", "-- Why.\nSELECT 1", "get.txt", "must end in .sql"},
        {"1_a.sql", "-- Why.\nSELECT 1; SELECT 2;", "--migrations 1_a.sql", ""},
        {"a.sql", "-- Why.\nSELECT 1;", "--migrations a.sql", "is named NUMBER_what.sql"},
        {"1_a.sql", "-- Why.\nSELECT 1;", "--migrations 1_a.sql 1_a.sql", "its number is that of"},
        {"a.sql", "-- Why.\nSELECT 1", "missing.sql", "missing.sql: No such file"},
    };
    char folder[PATH_BYTES];
    folder_new(folder);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char path[PATH_BYTES];
        file_of(folder, cases[i].name, path);
        write_file(path, cases[i].text);
        struct buffer said;
        buffer_init(&said, OUTPUT_BYTES_MAX);
        bool accepted = embed_sql(folder, cases[i].arguments, &said);
        CU_ASSERT_EQUAL(accepted, cases[i].message[0] == '\0');
        CU_ASSERT_PTR_NOT_NULL(strstr((const char *)said.bytes, cases[i].message));
        buffer_free(&said);
        (void)unlink(path);
    }
    static const char *const written[] = {"sample_sql.c", "sample_sql.h"};
    folder_remove(folder, written, ARRAY_LENGTH(written));
}

static void orders_migrations_by_number(void)
{
    static const char *const names[] = {"2_b.sql", "10_c.sql", "1_a.sql", "sample_sql.c",
                                        "sample_sql.h"};
    char folder[PATH_BYTES];
    char path[PATH_BYTES];
    folder_new(folder);
    for (size_t i = 0; i < 3; i++) {
        file_of(folder, names[i], path);
        write_file(path, "-- Why: \"quoted\", \\ and 소통?\nSELECT 1;\n");
    }
    struct buffer said;
    struct buffer code;
    buffer_init(&said, OUTPUT_BYTES_MAX);
    buffer_init(&code, OUTPUT_BYTES_MAX);
    CU_ASSERT(embed_sql(folder, "--migrations 10_c.sql 2_b.sql 1_a.sql", &said));
    file_of(folder, "sample_sql.c", path);
    FILE *file = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    read_whole(file, &code);
    (void)fclose(file);
    static const char *const parts[] = {"{1, \"1_a\"", "-- Why: \\042quoted\\042, \\134 and",
                                        "{2, \"2_b\"", "{10, \"10_c\"",
                                        "sample_migration_count = 3;"};
    struct text rest = {(const char *)code.bytes, code.length};
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
        ptrdiff_t at = text_find(rest, text_from(parts[i]));
        CU_ASSERT_FATAL(at >= 0);
        rest = (struct text){rest.bytes + at, rest.length - (size_t)at};
    }
    buffer_free(&said);
    buffer_free(&code);
    folder_remove(folder, names, ARRAY_LENGTH(names));
}

static void embeds_a_file_byte_for_byte(void)
{
    struct buffer source;
    buffer_init(&source, OUTPUT_BYTES_MAX);
    FILE *file = fopen("tests/unit/embed_test.c", "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    read_whole(file, &source);
    (void)fclose(file);
    CU_ASSERT_EQUAL_FATAL(source.length - 1, embed_test_source_length);
    CU_ASSERT_EQUAL(memcmp(source.bytes, embed_test_source, source.length), 0);
    buffer_free(&source);
}

SUITE("embed", {"refuses bad files", refuses_bad_files},
      {"orders migrations by number", orders_migrations_by_number},
      {"embeds a file byte for byte", embeds_a_file_byte_for_byte})
