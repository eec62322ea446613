#include <stdio.h>
#include <string.h>

#include "support/import_reader.h"
#include "support/suite.h"

enum { SHOWN_BYTES = 2048 };

/* A table as `form heads | cell; cell | …`: `~` for a line feed, `#` behind a number, `+2`, `+2x3`
 * for spans. */
static void show(const slice_table *table, char shown[static SHOWN_BYTES])
{
    size_t length =
        (size_t)snprintf(shown, SHOWN_BYTES, "%d %d", (int)table->form, table->heading_rows);
    for (size_t r = 0; r < table->n_rows; r++) {
        length += (size_t)snprintf(shown + length, SHOWN_BYTES - length, " |");
        for (size_t c = 0; c < table->rows[r]->n_cells; c++) {
            const slice_cell *cell = table->rows[r]->cells[c];
            length += (size_t)snprintf(shown + length, SHOWN_BYTES - length, "%s %d:%s%s",
                                       c == 0 ? "" : ";", cell->column, cell->text,
                                       cell->quantity != NULL ? "#" : "");
            if (cell->row_span > 1 || cell->column_span > 1) {
                length += (size_t)snprintf(shown + length, SHOWN_BYTES - length, "+%dx%d",
                                           cell->row_span, cell->column_span);
            }
        }
    }
    for (char *at = shown; *at != '\0'; at++) {
        if (*at == '\n') *at = '~';
    }
}

static void reads_tables(void)
{
    static const struct {
        const char *text;
        const char *tables[3];
    } rows[] = {
        {"가\t나\n1\t2\n", {"1 1 | 1:가; 2:나 | 1:1#; 2:2#"}},
        {"구분\t총계\t일반직\t\n\t\t5급\t6급\n계\t3\t1\t2\n",
         {"1 2 | 1:구분; 2:총계; 3:일반직+1x2; 4: | 1:; 2:; 3:5급; 4:6급 | 1:계; 2:3#; 3:1#; "
          "4:2#"}},
        {"| 가 | 나 |\n|---|:-:|\n| 1,000 | - |\n", {"2 1 | 1:가; 2:나 | 1:1,000#; 2:-"}},
        {"| 가 | 나 |\n| 1 | 2 |\n", {"2 1 | 1:가; 2:나 | 1:1#; 2:2#"}},
        {"가 | 나\n---|---\n1 | 2\n", {"2 1 | 1:가; 2:나 | 1:1#; 2:2#"}},
        {"| 구분 | 총계 | |\n|--|--|--|\n| | 정원 | 현원 |\n| 과 | 3 | 2(1) |\n",
         {"2 2 | 1:구분; 2:총계+1x2; 3: | 1:; 2:정원; 3:현원 | 1:과; 2:3#; 3:2(1)#"}},
        {"| 가 \\| 나 | 다 |\n", {"2 0 | 1:가 \\| 나; 2:다"}},
        {"I.\t현황\t1\n----\t---\t--\n", {"1 0 | 1:I.; 2:현황; 3:1"}},
        {"| 가 | 나 |\n|--|--|\n| 1 |\n| 1 | 2 | 3 |\n",
         {"2 1 | 1:가; 2:나 | 1:1# | 1:1#; 2:2#; 3:3#"}},
        {"| <p>가</p><ul><li>나</li><li>다<br>라</li></ul> | 마 |\n",
         {"2 0 | 1:가~나~다~라; 2:마"}},
        {"<table>\n<thead>\n<tr><th rowspan=2>가</th>\n<th colspan=2>나</th></tr>\n"
         "<tr><th>다</th><th>라</th></tr>\n</thead>\n<tr><td>1</td><td>2</td><td>3</td></tr>\n"
         "</table>\n",
         {"3 2 | 1:가+2x1; 2:나+1x2 | 2:다; 3:라 | 1:1#; 2:2#; 3:3#"}},
        {"<table><tr><td>가<td>1\n<tr><td>나<td>2\n\n□ 끝\n", {"3 0 | 1:가; 2:1# | 1:나; 2:2#"}},
        {"| 가 | <p>나</p><table><tr><td>다</td><td>4명</td></tr></table><p>라</p> |\n",
         {"2 0 | 1:가; 2:나~다 4명~라", "3 0 | 1:다; 2:4명#"}},
        {"앞 <table><tr><td>1</td></tr></table> 뒤\n", {"3 0 | 1:1#"}},
        {"① 하나\t→\t② 둘\n가\t\t3일내\n", {"1 1 | 1:① 하나; 2:→; 3:② 둘 | 1:가; 2:; 3:3일내"}},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
        struct import_read *read = import_read_string(rows[i].text);
        CU_ASSERT_EQUAL(read->status, OK);
        int count = 0;
        while (count < 3 && rows[i].tables[count] != NULL)
            count++;
        CU_ASSERT_EQUAL(read->table_count, count);
        for (int t = 0; t < count && t < read->table_count; t++) {
            char shown[SHOWN_BYTES];
            show(read->tables[t], shown);
            CU_ASSERT_STRING_EQUAL(shown, rows[i].tables[t]);
            if (strcmp(shown, rows[i].tables[t]) != 0) (void)printf("\n      %s\n", shown);
        }
        import_read_free(read);
    }
}

/* Title, unit and date come from the lines above; the unit counts for bare numbers alone. */
static void reads_surroundings(void)
{
    struct import_read *read =
        import_read_string("1. 장\n\n예 산\n\n(2019.12.31. 기준, 단위 : 천원, %)\n\n"
                           "| 사업 | 예산액 | 집행률 | 건수 |\n|--|--|--|--|\n"
                           "| 가 | 1,200 | 3.5 | 7 |\n| 나 | 30백만원 | 4% | 8 |\n");
    CU_ASSERT_EQUAL_FATAL(read->table_count, 1);
    const slice_table *table = read->tables[0];
    CU_ASSERT_STRING_EQUAL(table->name, "tables/r-7");
    CU_ASSERT_STRING_EQUAL(table->title, "예산");
    CU_ASSERT_STRING_EQUAL(table->unit, "천원, %");
    CU_ASSERT_STRING_EQUAL(table->owner, "budget");
    CU_ASSERT_STRING_EQUAL(table->period->as_of, "2019-12-31");
    CU_ASSERT_EQUAL(table->citation->n_section_path, 2);
    static const struct {
        int row, cell;
        int64_t units;
        int exponent;
        const char *unit;
    } cells[] = {{1, 1, 1200, 3, "KRW"},
                 {1, 2, 35, -1, "PERCENT"},
                 {1, 3, 7, 0, ""},
                 {2, 1, 30, 6, "KRW"},
                 {2, 2, 4, 0, "PERCENT"}};
    for (size_t i = 0; i < ARRAY_LENGTH(cells); i++) {
        const type_quantity *value = table->rows[cells[i].row]->cells[cells[i].cell]->quantity;
        CU_ASSERT_PTR_NOT_NULL_FATAL(value);
        CU_ASSERT_EQUAL(value->units, cells[i].units);
        CU_ASSERT_EQUAL(value->exponent, cells[i].exponent);
        CU_ASSERT_STRING_EQUAL(value->unit, cells[i].unit);
    }
    import_read_free(read);
}

static void remarks_on_ragged_rows(void)
{
    struct import_read *read = import_read_string("| 가 | 나 |\n| 1 |\n");
    CU_ASSERT_EQUAL(read->remark_count, 1);
    import_read_free(read);
}

/* Digits in markup are tokens too, each with its place. */
static void reads_markup(void)
{
    struct import_read *read =
        import_read_string("| <table border=\"1\"><tr><td rowspan=\"5\">2명</td></tr></table> |\n");
    static const char *const tokens[] = {"1:18 NAME 1", "1:38 NAME 5", "1:41 QUANTITY 2명 2^0 명"};
    for (size_t i = 0; i < ARRAY_LENGTH(tokens); i++)
        CU_ASSERT_TRUE(import_has(read->tokens, read->token_count, tokens[i]));
    CU_ASSERT_EQUAL(read->unread_count, 0);
    import_read_free(read);
}

SUITE("import_tables", {"reads tables", reads_tables}, {"reads surroundings", reads_surroundings},
      {"remarks on ragged rows", remarks_on_ragged_rows}, {"reads markup", reads_markup})
