#include "db/db_dialect.h"

#include <ctype.h>
#include <strings.h>

enum token_kind { TOKEN_SPACE, TOKEN_WORD, TOKEN_QUOTED, TOKEN_MARK, TOKEN_END };

struct token {
    enum token_kind kind; /* Comments are space. */
    struct text text;
};

/* What stands before the next token, without space. */
struct dialect {
    struct text rest;
    struct token last, before_last;
    bool defines; /* In a CREATE TABLE or an ALTER TABLE. */
    struct buffer *out;
};

static bool is_word_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_' || (byte & 0x80) != 0;
}

static size_t line_comment_length(struct text text)
{
    const char *end = memchr(text.bytes, '\n', text.length);
    return end == NULL ? text.length : (size_t)(end - text.bytes);
}

static size_t block_comment_length(struct text text)
{
    struct text body = {text.bytes + 2, text.length - 2};
    ptrdiff_t end = text_find(body, text_from("*/"));
    return end < 0 ? text.length : (size_t)end + 4;
}

/* A doubled quote within is two pieces side by side, which comes to the same. */
static size_t quoted_length(struct text text)
{
    const char *end = memchr(text.bytes + 1, text.bytes[0], text.length - 1);
    return end == NULL ? text.length : (size_t)(end - text.bytes) + 1;
}

static size_t run_length(struct text text, bool (*belongs)(char byte))
{
    size_t length = 0;
    while (length < text.length && belongs(text.bytes[length]))
        length++;
    return length;
}

static bool is_space_byte(char byte)
{
    return isspace((unsigned char)byte);
}

static struct token token_at(struct text text)
{
    if (text.length == 0) return (struct token){TOKEN_END, text};
    const char first = text.bytes[0], second = text.length > 1 ? text.bytes[1] : '\0';
    struct token token = {TOKEN_MARK, {text.bytes, 1}};
    if (is_space_byte(first)) {
        token = (struct token){TOKEN_SPACE, {text.bytes, run_length(text, is_space_byte)}};
    } else if (first == '-' && second == '-') {
        token = (struct token){TOKEN_SPACE, {text.bytes, line_comment_length(text)}};
    } else if (first == '/' && second == '*') {
        token = (struct token){TOKEN_SPACE, {text.bytes, block_comment_length(text)}};
    } else if (first == '\'' || first == '"') {
        token = (struct token){TOKEN_QUOTED, {text.bytes, quoted_length(text)}};
    } else if (is_word_byte(first)) {
        token = (struct token){TOKEN_WORD, {text.bytes, run_length(text, is_word_byte)}};
    }
    return token;
}

static struct text behind(struct text text, struct token token)
{
    return (struct text){text.bytes + token.text.length, text.length - token.text.length};
}

static bool is_word(struct token token, const char *word)
{
    return token.kind == TOKEN_WORD && token.text.length == strlen(word) &&
           strncasecmp(token.text.bytes, word, token.text.length) == 0;
}

static bool is_mark(struct token token, char mark)
{
    return token.kind == TOKEN_MARK && token.text.bytes[0] == mark;
}

/* The next token that is no space; *text moves behind it. */
static struct token token_take(struct text *text)
{
    struct token token = token_at(*text);
    while (token.kind == TOKEN_SPACE) {
        *text = behind(*text, token);
        token = token_at(*text);
    }
    *text = behind(*text, token);
    return token;
}

/* Whether these words follow; *text moves behind them then. */
static bool words_take(struct text *text, const char *const *words, size_t count)
{
    struct text at = *text;
    for (size_t i = 0; i < count; i++) {
        if (!is_word(token_take(&at), words[i])) return false;
    }
    *text = at;
    return true;
}

/* PRIMARY KEY or NOT NULL PRIMARY KEY. */
static bool primary_key_take(struct text *text)
{
    static const char *const words[] = {"NOT", "NULL", "PRIMARY", "KEY"};
    return words_take(text, words, 4) || words_take(text, words + 2, 2);
}

static bool is_collated(struct text text)
{
    static const char *const words[] = {"COLLATE"};
    return words_take(&text, words, 1);
}

/* Behind a column's name: the token before that opens or separates. */
static bool is_column_type(const struct dialect *dialect)
{
    const struct token *before = &dialect->before_last;
    bool named = dialect->last.kind == TOKEN_WORD || dialect->last.kind == TOKEN_QUOTED;
    return dialect->defines && named &&
           (is_mark(*before, '(') || is_mark(*before, ',') || is_word(*before, "COLUMN") ||
            is_word(*before, "ADD"));
}

/* What stands for this token in PostgreSQL; NULL: the token itself. May take more of the text. */
static const char *word_translate(struct dialect *dialect, struct token token)
{
    static const char *const rowid[] = {"ROWID"};
    bool cast = is_word(dialect->last, "AS");
    if (is_word(token, "WITHOUT") && words_take(&dialect->rest, rowid, 1)) return "";
    if (!cast && !is_column_type(dialect)) return NULL;
    if (is_word(token, "BLOB")) return "BYTEA";
    if (is_word(token, "TEXT") && !cast && !is_collated(dialect->rest)) return "TEXT COLLATE \"C\"";
    if (!is_word(token, "INTEGER")) return NULL;
    if (!cast && primary_key_take(&dialect->rest)) {
        return "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
    }
    return "BIGINT";
}

static void remember(struct dialect *dialect, struct token token)
{
    if (token.kind == TOKEN_SPACE) return;
    bool altered = is_word(dialect->last, "CREATE") || is_word(dialect->last, "ALTER") ||
                   is_word(dialect->last, "TEMPORARY") || is_word(dialect->last, "TEMP");
    if (is_word(token, "TABLE") && altered) dialect->defines = true;
    if (is_mark(token, ';')) dialect->defines = false;
    dialect->before_last = dialect->last;
    dialect->last = token;
}

enum status db_dialect_postgres(struct text sqlite, struct buffer *out)
{
    const struct token nothing = {TOKEN_END, {"", 0}};
    struct dialect dialect = {.rest = sqlite, .last = nothing, .before_last = nothing, .out = out};
    enum status status = OK;
    while (status == OK && dialect.rest.length > 0) {
        struct token token = token_at(dialect.rest);
        dialect.rest = behind(dialect.rest, token);
        const char *other = token.kind == TOKEN_WORD ? word_translate(&dialect, token) : NULL;
        status = other == NULL ? buffer_append(out, token.text.bytes, token.text.length)
                               : buffer_append_string(out, other);
        remember(&dialect, token);
    }
    return status == OK ? buffer_append_byte(out, 0) : status;
}
