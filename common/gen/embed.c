/* Turns files into C at build time.
 *
 *     embed sql PREFIX OUTPUT STATEMENT.sql … [--migrations STEP.sql …]
 *         writes OUTPUT.h and OUTPUT.c: a struct db_sql for each statement, and the table of
 *         migrations in the order of their numbers.
 *     embed file SYMBOL FILE OUTPUT.c
 *         writes the file's bytes as SYMBOL and their number as SYMBOL_length.
 *
 * It runs once a build and leaves its memory to the end of the process. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_BYTES_MAX = 64 * 1024 * 1024,
    NAME_BYTES_MAX = 128,
    MESSAGE_BYTES_MAX = 1024,
    LITERAL_COLUMN_MAX = 96,
    MIGRATION_NUMBER_MAX = 999999,
};

struct source {
    const char *path;
    char name[NAME_BYTES_MAX]; /* The file's name without its folder and `.sql`. */
    char *bytes;
    size_t length;
    long number; /* Of a migration. */
};

static void __attribute__((noreturn, format(printf, 1, 2))) stop(const char *format, ...)
{
    char message[MESSAGE_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): va_start is the line above. */
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "embed: %s\n", message);
    exit(1);
}

static void *allocate(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL) stop("no memory");
    return memory;
}

static void source_read(struct source *source, const char *path)
{
    source->path = path;
    FILE *file = fopen(path, "rb");
    if (file == NULL) stop("%s: %s", path, strerror(errno));
    if (fseek(file, 0, SEEK_END) != 0) stop("%s: %s", path, strerror(errno));
    long length = ftell(file);
    if (length < 0 || length > FILE_BYTES_MAX) stop("%s: over %d bytes", path, FILE_BYTES_MAX);
    rewind(file);
    source->length = (size_t)length;
    source->bytes = allocate(source->length + 1);
    if (fread(source->bytes, 1, source->length, file) != source->length) stop("%s: short", path);
    fclose(file);
}

static void source_name(struct source *source)
{
    const char *slash = strrchr(source->path, '/');
    const char *name = slash == NULL ? source->path : slash + 1;
    const char *end = strrchr(name, '.');
    if (end == NULL || strcmp(end, ".sql") != 0) stop("%s: must end in .sql", source->path);
    size_t length = (size_t)(end - name);
    if (length == 0 || length >= NAME_BYTES_MAX) stop("%s: name too long", source->path);
    for (size_t i = 0; i < length; i++) {
        if (islower((unsigned char)name[i]) || isdigit((unsigned char)name[i]) || name[i] == '_') {
            continue;
        }
        stop("%s: a name holds lower-case letters, digits and _ only", source->path);
    }
    memcpy(source->name, name, length);
}

/* Every file begins by saying why it is there. */
static void comment_check(const struct source *source)
{
    const char *bytes = source->bytes;
    if (memchr(bytes, '\0', source->length) != NULL) stop("%s: holds a NUL", source->path);
    size_t at = 2;
    while (at < source->length && bytes[at] == ' ')
        at++;
    bool says = source->length > at && bytes[0] == '-' && bytes[1] == '-' && bytes[at] != '\n';
    if (!says) stop("%s:1: the first line must be a comment that says why", source->path);
}

/* A comment at the beginning says `-- Large:` and why; see struct db_sql. */
static bool is_large(const struct source *source)
{
    static const char mark[] = "-- Large:";
    const char *line = source->bytes, *end = source->bytes + source->length;
    while (end - line > 2 && line[0] == '-' && line[1] == '-') {
        if ((size_t)(end - line) >= sizeof mark && strncmp(line, mark, sizeof mark - 1) == 0)
            return true;
        const char *next = memchr(line, '\n', (size_t)(end - line));
        if (next == NULL) return false;
        line = next + 1;
    }
    return false;
}

/* The offset behind the quoted text or comment at `at`; `at` itself where neither begins. */
static size_t skip_opaque(const struct source *source, size_t at)
{
    const char *from = source->bytes + at;
    const char *end = NULL;
    if (from[0] == '\'' || from[0] == '"') {
        end = strchr(from + 1, from[0]);
        if (end == NULL) stop("%s: a quote is not closed", source->path);
        return at + (size_t)(end - from) + 1;
    }
    if (from[0] == '-' && from[1] == '-') {
        end = strchr(from, '\n');
        return end == NULL ? source->length : at + (size_t)(end - from) + 1;
    }
    if (from[0] == '/' && from[1] == '*') {
        end = strstr(from + 2, "*/");
        if (end == NULL) stop("%s: a comment is not closed", source->path);
        return at + (size_t)(end - from) + 2;
    }
    return at;
}

static void single_statement_check(const struct source *source)
{
    bool some = false;
    bool ended = false;
    for (size_t at = 0; at < source->length;) {
        size_t next = skip_opaque(source, at);
        char c = source->bytes[at];
        bool quoted = next > at && (c == '\'' || c == '"');
        bool space = isspace((unsigned char)c) != 0;
        if (ended && !space && (next == at || quoted)) {
            stop("%s: holds more than one statement", source->path);
        }
        if (next == at && !space) {
            if (c == ';') ended = true;
            some = true;
        }
        at = next > at ? next : at + 1;
    }
    if (!some) stop("%s: holds no statement", source->path);
}

static void number_read(struct source *source)
{
    char *end;
    source->number = strtol(source->name, &end, 10);
    if (end == source->name || *end != '_' || source->number < 1 ||
        source->number > MIGRATION_NUMBER_MAX) {
        stop("%s: a migration is named NUMBER_what.sql, from 1 to %d", source->path,
             MIGRATION_NUMBER_MAX);
    }
}

static int compare_number(const void *a, const void *b)
{
    long left = ((const struct source *)a)->number;
    long right = ((const struct source *)b)->number;
    return (left > right) - (left < right);
}

static void literal_write(FILE *out, const struct source *source)
{
    size_t column = 0;
    fputs("\n    \"", out);
    for (size_t i = 0; i < source->length; i++) {
        unsigned char c = (unsigned char)source->bytes[i];
        bool plain = c >= ' ' && c < 0x7F && c != '"' && c != '\\' && c != '?';
        if (plain) {
            column += (size_t)fprintf(out, "%c", c);
        } else {
            column += (size_t)fprintf(out, "\\%03o", c);
        }
        if ((c == '\n' || column >= LITERAL_COLUMN_MAX) && i + 1 < source->length) {
            fputs("\"\n    \"", out);
            column = 0;
        }
    }
    fputc('"', out);
}

static FILE *output_open(const char *base, const char *ending)
{
    size_t bytes = strlen(base) + strlen(ending) + 1;
    char *path = allocate(bytes);
    (void)snprintf(path, bytes, "%s%s", base, ending);
    FILE *file = fopen(path, "w");
    if (file == NULL) stop("%s: %s", path, strerror(errno));
    free(path);
    return file;
}

static void output_close(FILE *file, const char *base)
{
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed) stop("%s: cannot be written", base);
}

struct sql_input {
    const char *prefix;
    const char *output;
    struct source *statements;
    size_t statement_count;
    struct source *migrations;
    size_t migration_count;
};

static void sql_write(const struct sql_input *in)
{
    FILE *header = output_open(in->output, ".h");
    fputs("/* Generated from .sql files; see cmake function sotong_embed_sql. */\n"
          "#pragma once\n\n#include \"db/db.h\"\n\n",
          header);
    FILE *code = output_open(in->output, ".c");
    const char *slash = strrchr(in->output, '/');
    fprintf(code, "#include \"%s.h\"\n", slash == NULL ? in->output : slash + 1);
    for (size_t i = 0; i < in->statement_count; i++) {
        const struct source *source = &in->statements[i];
        fprintf(header, "extern const struct db_sql %s_%s_sql;\n", in->prefix, source->name);
        fprintf(code, "\nconst struct db_sql %s_%s_sql = {\"%s_%s\",", in->prefix, source->name,
                in->prefix, source->name);
        literal_write(code, source);
        fputs(is_large(source) ? ", .large = true};\n" : "};\n", code);
    }
    if (in->migration_count > 0) {
        fprintf(header,
                "\nextern const struct db_migration %s_migrations[];\n"
                "extern const size_t %s_migration_count;\n",
                in->prefix, in->prefix);
        fprintf(code, "\nconst struct db_migration %s_migrations[] = {\n", in->prefix);
        for (size_t i = 0; i < in->migration_count; i++) {
            const struct source *source = &in->migrations[i];
            fprintf(code, "  {%ld, \"%s\",", source->number, source->name);
            literal_write(code, source);
            fputs("},\n", code);
        }
        fprintf(code, "};\n\nconst size_t %s_migration_count = %zu;\n", in->prefix,
                in->migration_count);
    }
    output_close(header, in->output);
    output_close(code, in->output);
}

static int embed_sql(int argc, char **argv)
{
    if (argc < 4) stop("sql PREFIX OUTPUT STATEMENT.sql … [--migrations STEP.sql …]");
    struct sql_input in = {.prefix = argv[2], .output = argv[3]};
    in.statements = allocate((size_t)argc * sizeof *in.statements);
    in.migrations = allocate((size_t)argc * sizeof *in.migrations);
    bool migrations = false;
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "--migrations") == 0) {
            migrations = true;
            continue;
        }
        struct source *source = migrations ? &in.migrations[in.migration_count++]
                                           : &in.statements[in.statement_count++];
        source_read(source, argv[i]);
        source_name(source);
        comment_check(source);
        if (migrations) {
            number_read(source);
        } else {
            single_statement_check(source);
        }
    }
    qsort(in.migrations, in.migration_count, sizeof *in.migrations, compare_number);
    for (size_t i = 1; i < in.migration_count; i++) {
        if (in.migrations[i].number == in.migrations[i - 1].number) {
            stop("%s: its number is that of %s", in.migrations[i].path, in.migrations[i - 1].path);
        }
    }
    sql_write(&in);
    for (size_t i = 0; i < in.statement_count; i++)
        free(in.statements[i].bytes);
    for (size_t i = 0; i < in.migration_count; i++)
        free(in.migrations[i].bytes);
    free(in.statements);
    free(in.migrations);
    return 0;
}

static int embed_file(int argc, char **argv)
{
    if (argc != 5) stop("file SYMBOL FILE OUTPUT.c");
    struct source source = {0};
    source_read(&source, argv[3]);
    FILE *code = output_open(argv[4], "");
    fprintf(code,
            "#include <stddef.h>\n\nextern const char %s[];\nextern const size_t %s_length;\n\n"
            "const char %s[] =",
            argv[2], argv[2], argv[2]);
    literal_write(code, &source);
    fprintf(code, ";\n\nconst size_t %s_length = %zu;\n", argv[2], source.length);
    output_close(code, argv[4]);
    free(source.bytes);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "sql") == 0) return embed_sql(argc, argv);
    if (argc > 1 && strcmp(argv[1], "file") == 0) return embed_file(argc, argv);
    stop("say what to embed: sql or file");
}
