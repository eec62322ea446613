#include <string.h>

#include "report_grid.h"
#include "report_records.h"

enum { DEPARTMENTS_MAX = 16, BRACKET_CODE_POINTS_MAX = 60 };

/* Words of the columns of an audit's tables. */
static const char *const demand_words[] = {"요구사항", "지적사항", "건의사항",   "처리요구",
                                           "시정사항", "기타사항", "자료제출",   "권고사항",
                                           "지적내용", "요구내용", "감사결과",   "처분요구",
                                           "개선사항", "당부사항", "질의및답변", NULL};
static const char *const answer_words[] = {"조치결과", "처리결과", "조치내용", "처리내용",
                                           "추진계획", "조치사항", "처리상황", "이행결과",
                                           "추진결과", "조치계획", "답변내용", NULL};
static const char *const state_columns[] = {"추진상황", "처리상태", "추진상태", "이행상태",
                                            "조치상태", "상태",     "완료여부", "처리여부",
                                            "추진여부", "이행여부", NULL};
static const char *const department_columns[] = {"소관부서", "담당부서", "해당부서", "처리부서",
                                                 "관련부서", "추진부서", "부서",     "소관",
                                                 "부서명",   "담당",     NULL};
/* A column that says of each finding what kind it is. */
static const char *const kind_columns[] = {"구분",     "종류",     "유형", "처분구분",
                                           "처분종류", "지적구분", NULL};
/* Labels before the state within an answer. */
static const char *const state_labels[] = {"추진상황", "처리상황", "조치상황", "진행상황",
                                           "추진상태", "처리상태", "조치상태", "이행상황",
                                           "추진여부", "처리여부", "조치여부", NULL};

/* Printed words of a state, longer before shorter; spaces are set aside. */
static const struct state_word {
    const char *word;
    report_audit_state state;
} state_words[] = {
    {"미반영", REPORT_AUDIT_STATE_NOT_ADOPTED},
    {"수용불가", REPORT_AUDIT_STATE_NOT_ADOPTED},
    {"미수용", REPORT_AUDIT_STATE_NOT_ADOPTED},
    {"추진불가", REPORT_AUDIT_STATE_NOT_ADOPTED},
    {"불수용", REPORT_AUDIT_STATE_NOT_ADOPTED},
    {"검토중", REPORT_AUDIT_STATE_UNDER_REVIEW},
    {"장기검토", REPORT_AUDIT_STATE_UNDER_REVIEW},
    {"중장기검토", REPORT_AUDIT_STATE_UNDER_REVIEW},
    {"추진완료", REPORT_AUDIT_STATE_DONE},
    {"조치완료", REPORT_AUDIT_STATE_DONE},
    {"처리완료", REPORT_AUDIT_STATE_DONE},
    {"이행완료", REPORT_AUDIT_STATE_DONE},
    {"완료", REPORT_AUDIT_STATE_DONE},
    {"완결", REPORT_AUDIT_STATE_DONE},
    {"추진중", REPORT_AUDIT_STATE_UNDER_WAY},
    {"진행중", REPORT_AUDIT_STATE_UNDER_WAY},
    {"처리중", REPORT_AUDIT_STATE_UNDER_WAY},
    {"조치중", REPORT_AUDIT_STATE_UNDER_WAY},
    {"이행중", REPORT_AUDIT_STATE_UNDER_WAY},
    {"정상추진", REPORT_AUDIT_STATE_UNDER_WAY},
    {"계속추진", REPORT_AUDIT_STATE_UNDER_WAY},
    {"추진", REPORT_AUDIT_STATE_UNDER_WAY},
    {"검토", REPORT_AUDIT_STATE_UNDER_REVIEW},
};

const char *audit_state_word(report_audit_state state)
{
    switch (state) {
    case REPORT_AUDIT_STATE_DONE:
        return "완료";
    case REPORT_AUDIT_STATE_UNDER_WAY:
        return "추진 중";
    case REPORT_AUDIT_STATE_UNDER_REVIEW:
        return "검토 중";
    case REPORT_AUDIT_STATE_NOT_ADOPTED:
        return "미반영";
    case REPORT_AUDIT_STATE_UNSPECIFIED:
        break;
    }
    return "";
}

/* The text begins with the word, spaces within the text set aside. */
static bool begins_with_word(struct text text, const char *word)
{
    size_t at = 0;
    for (; *word != '\0'; word++) {
        while (at < text.length && (text.bytes[at] == ' ' || text.bytes[at] == '\t'))
            at++;
        if (at == text.length || text.bytes[at] != *word) return false;
        at++;
    }
    return true;
}

static report_audit_state state_at(struct text text)
{
    for (size_t i = 0; i < ARRAY_LENGTH(state_words); i++) {
        if (begins_with_word(text, state_words[i].word)) return state_words[i].state;
    }
    return REPORT_AUDIT_STATE_UNSPECIFIED;
}

report_audit_state audit_state_of(struct text answer)
{
    for (const char *const *label = state_labels; *label != NULL; label++) {
        struct text rest = answer;
        ptrdiff_t at;
        while ((at = text_find(rest, text_from(*label))) >= 0) {
            size_t behind = (size_t)at + strlen(*label);
            rest = (struct text){rest.bytes + behind, rest.length - behind};
            struct text value = text_trim(rest);
            if (value.length == 0 || value.bytes[0] != ':') continue;
            value = text_trim((struct text){value.bytes + 1, value.length - 1});
            report_audit_state state = state_at(value);
            if (state != REPORT_AUDIT_STATE_UNSPECIFIED) return state;
        }
    }
    return REPORT_AUDIT_STATE_UNSPECIFIED;
}

ptrdiff_t audit_departments_at(struct text demand)
{
    static const char *const endings[] = {"관",   "과", "국", "실", "팀", "본부",   "단",
                                          "센터", "부", "소", "원", "처", "위원회", NULL};
    if (demand.length == 0 || demand.bytes[demand.length - 1] != ')') return -1;
    size_t open = demand.length;
    while (open > 0 && demand.bytes[open - 1] != '(')
        open--;
    if (open == 0) return -1;
    struct text inner = {demand.bytes + open, demand.length - 1 - open};
    if (text_code_points(inner) > BRACKET_CODE_POINTS_MAX) return -1;
    if (!label_ends_with_one_of(inner, endings)) return -1;
    for (size_t i = 0; i < inner.length; i++) {
        /* `(2017년 3개소)` names no department. */
        if (inner.bytes[i] >= '0' && inner.bytes[i] <= '9') return -1;
    }
    return (ptrdiff_t)open - 1;
}

/* Splits `A, B·C` into names. */
static enum status departments_read(struct arena *arena, struct text text,
                                    report_audit_finding *out)
{
    out->departments = arena_calloc(arena, DEPARTMENTS_MAX, sizeof *out->departments);
    if (out->departments == NULL) return RESOURCE_EXHAUSTED;
    if (text.length == 0) return OK;
    size_t begin = 0;
    for (size_t at = 0; at <= text.length; at++) {
        bool ends = at == text.length || text.bytes[at] == ',' || text.bytes[at] == '/' ||
                    text.bytes[at] == '\n';
        if (!ends) continue;
        struct text name = text_trim((struct text){text.bytes + begin, at - begin});
        begin = at + 1;
        if (name.length == 0 || out->n_departments == DEPARTMENTS_MAX) continue;
        char *copy = label_close(arena, name);
        if (copy == NULL) return RESOURCE_EXHAUSTED;
        out->departments[out->n_departments++] = copy;
    }
    return OK;
}

/* Where an audit's table has what; GRID_COLUMNS_MAX: nowhere. */
struct audit_columns {
    size_t demand, answer, state, departments, kind;
};

static bool columns_find(const struct grid *grid, struct audit_columns *columns)
{
    *columns = (struct audit_columns){GRID_COLUMNS_MAX, GRID_COLUMNS_MAX, GRID_COLUMNS_MAX,
                                      GRID_COLUMNS_MAX, GRID_COLUMNS_MAX};
    if (grid->heading_rows == 0) return false;
    for (size_t c = grid->columns; c > 0; c--) {
        struct text text = grid_text(grid, grid->heading_rows - 1, c - 1);
        if (text.length == 0) text = grid_text(grid, 0, c - 1);
        if (label_is_one_of(text, department_columns))
            columns->departments = c - 1;
        else if (label_is_one_of(text, state_columns))
            columns->state = c - 1;
        else if (label_has_one_of(text, answer_words))
            columns->answer = c - 1;
        else if (label_has_one_of(text, demand_words))
            columns->demand = c - 1;
        else if (label_is_one_of(text, kind_columns))
            columns->kind = c - 1;
    }
    return columns->demand < GRID_COLUMNS_MAX && columns->answer < GRID_COLUMNS_MAX;
}

static report_audit_state row_state(const struct grid *grid, const struct audit_columns *columns,
                                    size_t row)
{
    if (columns->state < GRID_COLUMNS_MAX) {
        report_audit_state state = state_at(grid_text(grid, row, columns->state));
        if (state != REPORT_AUDIT_STATE_UNSPECIFIED) return state;
    }
    return audit_state_of(grid_text(grid, row, columns->answer));
}

/* What the findings of a table are: its caption, else the innermost heading above it, else the
 * heading of the column of demands. */
static char *kind_read(struct arena *arena, const struct grid *grid, size_t demand_column)
{
    const slice_table *table = grid->table;
    struct text title = text_trim(text_from(table->title));
    const type_citation *citation = table->citation;
    if (title.length == 0 && citation != NULL && citation->n_section_path > 0) {
        title = text_trim(text_from(citation->section_path[citation->n_section_path - 1]));
    }
    if (title.length == 0) title = grid_text(grid, grid->heading_rows - 1, demand_column);
    return label_close(arena, title);
}

/* The demand without its bullet and without the departments behind it. */
static char *demand_text(struct arena *arena, struct text demand, ptrdiff_t departments_at)
{
    static const char *const bullets[] = {"○", "◦", "□", "❍", "●", "·", "-", NULL};
    if (departments_at >= 0) demand.length = (size_t)departments_at;
    demand = text_trim(demand);
    for (const char *const *bullet = bullets; *bullet != NULL; bullet++) {
        if (!text_starts_with(demand, text_from(*bullet))) continue;
        size_t length = strlen(*bullet);
        demand = text_trim((struct text){demand.bytes + length, demand.length - length});
        break;
    }
    return arena_copy(arena, demand.bytes, demand.length);
}

static enum status finding_read(struct arena *arena, const slice_slice_source *source,
                                const struct grid *grid, const struct audit_columns *columns,
                                size_t row, char *kind, struct message_list *findings)
{
    report_audit_finding *finding = arena_alloc(arena, sizeof *finding);
    type_citation *citation = arena_alloc(arena, sizeof *citation);
    if (finding == NULL || citation == NULL) return RESOURCE_EXHAUSTED;
    *finding = (report_audit_finding)REPORT_AUDIT_FINDING_INIT;
    if (grid->table->citation != NULL)
        *citation = *grid->table->citation;
    else
        *citation = (type_citation)TYPE_CITATION_INIT;
    const slice_cell *cell = grid_cell(grid, row, columns->demand);
    if (cell == NULL) cell = grid_cell(grid, row, columns->answer);
    if (cell != NULL && cell->line > 0) citation->line = cell->line;
    citation->column = 0;
    citation->table_row = (int32_t)row + 1;
    citation->table_column = (int32_t)columns->demand + 1;

    struct text demand = grid_text(grid, row, columns->demand);
    struct text answer = grid_text(grid, row, columns->answer);
    ptrdiff_t bracket = audit_departments_at(demand);
    struct text departments = {NULL, 0};
    if (bracket >= 0) {
        departments =
            (struct text){demand.bytes + bracket + 1, demand.length - (size_t)bracket - 2};
    } else if (columns->departments < GRID_COLUMNS_MAX) {
        departments = grid_text(grid, row, columns->departments);
    }
    finding->name =
        arena_printf(arena, "auditFindings/%s-%zu", source->report_id, findings->count + 1);
    finding->kind = kind;
    struct text own = {NULL, 0};
    if (columns->kind < GRID_COLUMNS_MAX) own = grid_text(grid, row, columns->kind);
    bool numbers = own.length > 0 && own.bytes[0] >= '0' && own.bytes[0] <= '9';
    if (own.length > 0 && !numbers) finding->kind = label_close(arena, own);
    finding->demand = demand_text(arena, demand, bracket);
    finding->answer = arena_copy(arena, answer.bytes, answer.length);
    finding->state = row_state(grid, columns, row);
    finding->as_of = source->as_of;
    finding->citation = citation;
    if (finding->name == NULL || finding->kind == NULL || finding->demand == NULL ||
        finding->answer == NULL) {
        return RESOURCE_EXHAUSTED;
    }
    enum status status = departments_read(arena, departments, finding);
    if (status == OK) status = message_list_add(arena, findings, &finding->base);
    return status;
}

enum status audit_read(struct arena *arena, const slice_slice_source *source,
                       const slice_table *table, struct message_list *findings)
{
    struct grid grid;
    struct audit_columns columns;
    enum status status = grid_read(arena, table, &grid);
    if (status == INVALID_ARGUMENT) return OK; /* No table of findings has this size. */
    if (status != OK) return status;
    if (!columns_find(&grid, &columns)) return OK;
    char *kind = kind_read(arena, &grid, columns.demand);
    if (kind == NULL) return RESOURCE_EXHAUSTED;
    bool states = false;
    for (size_t r = grid.heading_rows; r < grid.rows; r++) {
        states = states || row_state(&grid, &columns, r) != REPORT_AUDIT_STATE_UNSPECIFIED;
    }
    for (size_t r = grid.heading_rows; status == OK && r < grid.rows; r++) {
        /* Where answers say their state, rows without one are tables within an answer. */
        bool is_finding = states ? row_state(&grid, &columns, r) != REPORT_AUDIT_STATE_UNSPECIFIED
                                 : grid_text(&grid, r, columns.demand).length > 0 &&
                                       grid_text(&grid, r, columns.answer).length > 0;
        if (!is_finding || findings->count >= AUDIT_FINDINGS_MAX) continue;
        status = finding_read(arena, source, &grid, &columns, r, kind, findings);
    }
    return status;
}

/* Adds one to the total of a kind and state, which is made where there is none. */
static enum status total_add(struct arena *arena, struct message_list *totals, const char *kind,
                             report_audit_state state)
{
    for (size_t i = 0; i < totals->count; i++) {
        report_audit_total *total = (report_audit_total *)(void *)totals->items[i];
        if (total->state == state && strcmp(total->kind, kind) == 0) {
            total->count++;
            return OK;
        }
    }
    report_audit_total *total = arena_alloc(arena, sizeof *total);
    if (total == NULL) return RESOURCE_EXHAUSTED;
    *total = (report_audit_total)REPORT_AUDIT_TOTAL_INIT;
    total->kind = arena_copy(arena, kind, strlen(kind));
    total->state = state;
    total->count = 1;
    if (total->kind == NULL) return RESOURCE_EXHAUSTED;
    return message_list_add(arena, totals, &total->base);
}

enum status audit_totals(struct arena *arena, const struct message_list *findings,
                         struct message_list *totals)
{
    enum { PASSES = 4 };
    enum status status = OK;
    for (int pass = 0; pass < PASSES; pass++) {
        for (size_t i = 0; status == OK && i < findings->count; i++) {
            const report_audit_finding *finding = (const void *)findings->items[i];
            bool by_kind = pass >= 2, by_state = pass % 2 == 1;
            if (by_state && finding->state == REPORT_AUDIT_STATE_UNSPECIFIED) continue;
            status = total_add(arena, totals, by_kind ? finding->kind : "",
                               by_state ? finding->state : REPORT_AUDIT_STATE_UNSPECIFIED);
        }
    }
    return status;
}
