#include "support/budget_made.h"

#include <stdio.h>

#include "base/clock.h"
#include "support/suite.h"

static const struct db_sql make_sql = {
    "make", "INSERT INTO budget_lines (name, fiscal_year, code, publisher, path, parent_id, label, "
            "depth, position, memo, first_day, reading_id, text_line, table_row, line_class, "
            "created_ms, parent_name) SELECT 'lines/' || $2 || '-general-9' || "
            "CAST(coalesce(max(id), 0) + 1 AS TEXT), $2, coalesce(max(code), 0) + 1, $1, $3, $4, "
            "$5, $6, $7, 0, $8, 0, 0, 0, 1, $9, "
            "coalesce((SELECT name FROM budget_lines WHERE id = $4), '') FROM budget_lines "
            "RETURNING id"};
static const struct db_sql find_sql = {"find", "SELECT id FROM budget_lines WHERE path = $1"};

int64_t budget_make_line(struct budget_fixture *at, const struct made_line *line)
{
    int64_t id = 0;
    const char *first_day = arena_printf(&at->arena, "%04d-01-01", line->fiscal_year);
    CU_ASSERT_EQUAL_FATAL(db_begin(at->db), OK);
    CU_ASSERT_EQUAL_FATAL(
        db_query_int(at->db, &id, &make_sql, DB_TEXT(line->publisher), DB_INT(line->fiscal_year),
                     DB_TEXT(line->path), line->parent_id == 0 ? DB_NULL : DB_INT(line->parent_id),
                     DB_TEXT(line->label), DB_INT(line->depth), DB_INT(line->position),
                     DB_TEXT(first_day), DB_INT(line->created_ms)),
        OK);
    CU_ASSERT_EQUAL_FATAL(posting_line_open(at->db, id, line->parent_id), OK);
    CU_ASSERT_EQUAL_FATAL(db_commit(at->db), OK);
    return id;
}

int64_t budget_post(struct budget_fixture *at, struct posted posted)
{
    struct posting_line line;
    struct posting posting = {.kind = posted.kind,
                              .won = posted.won,
                              .corrects = posted.corrects,
                              .description = "",
                              .now_ms = clock_now_ms()};
    (void)snprintf(posting.day, sizeof posting.day, "%s", posted.day);
    CU_ASSERT_EQUAL_FATAL(db_begin(at->db), OK);
    CU_ASSERT_EQUAL_FATAL(posting_line_get(at->db, &at->arena, posted.line_id, &line), OK);
    CU_ASSERT_EQUAL_FATAL(posting_add(at->db, &line, &posting), OK);
    CU_ASSERT_EQUAL_FATAL(db_commit(at->db), OK);
    return posting.id;
}

int64_t budget_line_id(struct budget_fixture *at, const char *path)
{
    int64_t id = 0;
    CU_ASSERT_EQUAL_FATAL(db_query_int(at->db, &id, &find_sql, DB_TEXT(path)), OK);
    return id;
}
