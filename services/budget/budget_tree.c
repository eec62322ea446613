#include "budget_tree.h"

#include <string.h>

enum {
    READINGS_MAX = 4,     /* Of one row, the leaf included. */
    STATES_WIDTH_MAX = 6, /* At one position of one search. */
    STATES_PER_ROW = 8,
    STATES_MIN = 4096,
    STEPS_PER_ROW = 128,
    STEPS_MIN = 500000,
    ROW_STEPS_SIGNED_MAX = 4096,
    SLACK_CHILDREN = 16,
    /* Evidence, in bits: what a sum must exceed to be believed, and what the word 합계 is worth. */
    BITS_COST = 8,
    BITS_COST_SINGLE = 5, /* Of a row that repeats its only child. */
    BITS_TOTAL = 8,
    TRAILING_ZEROS_NONE = 19, /* Zeros behind the digits of a zero: more than any number has. */
};

/* A subtree that is read in one of its ways. */
struct child {
    int32_t row;
    int32_t reading;
};

/* One way to read a row: where its subtree ends, and what it sums up. */
struct reading {
    int32_t end;       /* The row behind the subtree. */
    int32_t bits;      /* Evidence of the whole subtree. */
    int32_t levels;    /* Of the subtree, 1 for a leaf. */
    int32_t count;     /* Children; 0 for a leaf. */
    int32_t memo_from; /* children[memo_from … memo_to − 1] repeat the others. */
    int32_t memo_to;
    const struct child *children;
};

/* A run of subtrees that has been added up so far, on the way to a row's amounts. */
struct state {
    int64_t sums[TREE_COLUMNS_MAX];
    int8_t
        zeros[TREE_COLUMNS_MAX]; /* Fewest trailing zeros in a column: how round the parts are. */
    int32_t row, reading;        /* The last subtree of the run … */
    int32_t before;              /* … and the state without it; -1 at the beginning. */
    int32_t position;            /* The row behind the run. */
    int32_t count, bits;
    int32_t levels;      /* Of the deepest subtree so far. */
    int32_t first_count; /* Subtrees of the first breakdown, in the second one; 0 in the first. */
    int32_t first_end;
    int32_t next; /* In the list of its position. */
};

struct search {
    const struct tree_row *rows;
    int32_t row_count;
    int32_t column_count;
    bool falls[TREE_COLUMNS_MAX]; /* The column holds a negative amount: its sums do not only grow.
                                   */
    struct reading (*readings)[READINGS_MAX];
    int32_t *reading_counts;
    struct state *states;
    int32_t state_count, state_max;
    int32_t *heads; /* The list of states at each position, -1 for none. */
    int64_t steps_left;
    struct arena *arena;
};

int64_t tree_tolerance(size_t part_count)
{
    return (int64_t)(part_count / 2);
}

static int32_t bit_length(int64_t number)
{
    uint64_t magnitude = number < 0 ? -(uint64_t)number : (uint64_t)number;
    return magnitude == 0 ? 0 : 64 - __builtin_clzll(magnitude);
}

static int8_t trailing_zeros(int64_t number)
{
    if (number == 0) return TRAILING_ZEROS_NONE;
    int8_t zeros = 0;
    for (; number % 10 == 0; number /= 10)
        zeros++;
    return zeros;
}

static bool row_is_zero(const struct tree_row *row, int32_t columns)
{
    for (int32_t c = 0; c < columns; c++) {
        if (row->amounts[c] != 0) return false;
    }
    return true;
}

/* Whether nothing that follows can bring the run's sums back to the row's amounts. */
static bool run_is_past(const struct search *search, const struct tree_row *row,
                        const struct state *run)
{
    int64_t tolerance = tree_tolerance((size_t)run->count + SLACK_CHILDREN);
    for (int32_t c = 0; c < search->column_count; c++) {
        if (search->falls[c]) continue;
        if (run->sums[c] > row->amounts[c] && run->sums[c] - row->amounts[c] > tolerance)
            return true;
    }
    return false;
}

static bool run_matches(const struct search *search, const struct tree_row *row,
                        const struct state *run)
{
    int64_t tolerance = tree_tolerance((size_t)run->count);
    for (int32_t c = 0; c < search->column_count; c++) {
        int64_t difference;
        if (__builtin_sub_overflow(run->sums[c], row->amounts[c], &difference)) return false;
        if (difference > tolerance || difference < -tolerance) return false;
    }
    return true;
}

/* How many bits of coincidence the match would need: the digits of each column that carry
 * information, less what the tolerance lets through. Columns that repeat another say nothing. */
static int32_t run_evidence(const struct search *search, const struct tree_row *row,
                            const struct state *run)
{
    int32_t bits = run->count == 1 ? -BITS_COST_SINGLE : -BITS_COST;
    if (row->total) bits += BITS_TOTAL;
    for (int32_t c = 0; c < search->column_count; c++) {
        bool repeated = false;
        for (int32_t other = 0; other < c; other++)
            repeated = repeated || row->amounts[other] == row->amounts[c];
        if (repeated) continue;
        int8_t zeros = trailing_zeros(row->amounts[c]);
        if (run->zeros[c] < zeros) zeros = run->zeros[c];
        int64_t digits = row->amounts[c];
        for (; zeros > 0; zeros--)
            digits /= 10;
        int32_t column_bits = bit_length(digits) - bit_length(tree_tolerance((size_t)run->count));
        int64_t difference = run->sums[c] - row->amounts[c];
        if (column_bits > 0) bits += column_bits;
        bits -= (int32_t)(difference < 0 ? -difference : difference);
    }
    return bits;
}

static bool run_same(const struct state *a, const struct state *b)
{
    return (a->first_count > 0) == (b->first_count > 0) &&
           memcmp(a->sums, b->sums, sizeof a->sums) == 0;
}

/* Puts a run into the list of its position, unless better ones fill it. Nothing refers to a state
 * before its position is reached, so a worse one is simply overwritten. False: no room. */
static bool run_push(struct search *search, const struct state *run)
{
    int32_t width = 0;
    struct state *worst = NULL;
    for (int32_t at = search->heads[run->position]; at >= 0; at = search->states[at].next) {
        struct state *other = &search->states[at];
        bool same = run_same(other, run);
        if (same || worst == NULL || other->bits < worst->bits) worst = other;
        width++;
        if (same) width = STATES_WIDTH_MAX;
        if (same) break;
    }
    if (width >= STATES_WIDTH_MAX) {
        int32_t next = worst->next;
        if (worst->bits < run->bits) *worst = *run;
        worst->next = next;
        return true;
    }
    if (search->state_count == search->state_max) return false;
    int32_t at = search->state_count++;
    search->states[at] = *run;
    search->states[at].next = search->heads[run->position];
    search->heads[run->position] = at;
    return true;
}

/* Keeps the run as a reading of the row, unless it has better ones. */
static enum status reading_keep(struct search *search, int32_t row, const struct state *run,
                                int32_t bits)
{
    struct reading *readings = search->readings[row];
    int32_t *count = &search->reading_counts[row];
    struct reading *slot = NULL;
    for (int32_t i = 1; i < *count; i++) {
        if (readings[i].end == run->position) slot = &readings[i];
    }
    if (slot == NULL && *count < READINGS_MAX) {
        slot = &readings[(*count)++];
        *slot = (struct reading){.bits = INT32_MIN};
    }
    for (int32_t i = 2; slot == NULL && i < READINGS_MAX; i++) {
        if (readings[i].bits < readings[1].bits) slot = &readings[i];
    }
    if (slot == NULL) slot = &readings[1];
    if (slot->bits >= bits) return OK;

    int32_t total = run->first_count + run->count;
    struct child *children = arena_calloc(search->arena, (size_t)total, sizeof *children);
    if (children == NULL) return RESOURCE_EXHAUSTED;
    const struct state *at = run;
    for (int32_t i = total; i > 0; i--, at = &search->states[at->before])
        children[i - 1] = (struct child){at->row, at->reading};
    *slot = (struct reading){.end = run->position,
                             .bits = bits,
                             .levels = run->levels + 1,
                             .count = total,
                             .children = children};
    /* Of two breakdowns the one with more rows is the tree; the other is a memo. */
    if (run->first_count == 0) return OK;
    bool first_is_memo = run->first_end - (row + 1) <= run->position - run->first_end;
    slot->memo_from = first_is_memo ? 0 : run->first_count;
    slot->memo_to = first_is_memo ? run->first_count : total;
    return OK;
}

/* The run with one more subtree. False: its sums do not fit. */
static bool run_extend(const struct search *search, const struct state *run, int32_t run_index,
                       struct child child, struct state *longer)
{
    const struct reading *reading = &search->readings[child.row][child.reading];
    const struct tree_row *row = &search->rows[child.row];
    *longer = *run;
    longer->row = child.row;
    longer->reading = child.reading;
    longer->before = run_index;
    longer->position = reading->end;
    longer->count = run->count + 1;
    longer->bits = run->bits + reading->bits;
    if (reading->levels > longer->levels) longer->levels = reading->levels;
    for (int32_t c = 0; c < search->column_count; c++) {
        if (__builtin_add_overflow(run->sums[c], row->amounts[c], &longer->sums[c])) return false;
        int8_t zeros = trailing_zeros(row->amounts[c]);
        if (zeros < longer->zeros[c]) longer->zeros[c] = zeros;
    }
    return true;
}

static struct state run_empty(int32_t position)
{
    struct state run = {.before = -1, .position = position};
    memset(run.zeros, TRAILING_ZEROS_NONE, sizeof run.zeros);
    return run;
}

/* What a longer run means for the row: a reading, the start of a second breakdown, a run to go on
 * with. */
static enum status run_consider(struct search *search, int32_t row, const struct state *run,
                                bool *room)
{
    const struct tree_row *sum = &search->rows[row];
    if (run_is_past(search, sum, run)) return OK;
    bool second = run->first_count > 0;
    bool fits = run->levels < TREE_LEVELS_MAX && (!second || run->count >= 2);
    if (fits && run_matches(search, sum, run)) {
        int32_t bits = run->bits + run_evidence(search, sum, run);
        enum status status = reading_keep(search, row, run, bits);
        if (status != OK) return status;
        if (!second && run->count >= 2 && run->position < search->row_count) {
            struct state again = *run;
            again.first_count = run->count;
            again.first_end = run->position;
            again.bits = bits;
            again.count = 0;
            memset(again.sums, 0, sizeof again.sums);
            memset(again.zeros, TRAILING_ZEROS_NONE, sizeof again.zeros);
            *room = *room && run_push(search, &again);
        }
    }
    if (run->position < search->row_count) *room = *room && run_push(search, run);
    return OK;
}

/* Finds the readings of one row; those of all rows behind it are known. */
static enum status row_read(struct search *search, int32_t row)
{
    search->readings[row][0] = (struct reading){.end = row + 1, .levels = 1};
    search->reading_counts[row] = 1;
    search->state_count = 0;
    bool room = true;
    bool signed_amounts = false;
    for (int32_t c = 0; c < search->column_count; c++)
        signed_amounts = signed_amounts || search->falls[c];
    int64_t steps = signed_amounts ? ROW_STEPS_SIGNED_MAX : search->steps_left;
    if (steps > search->steps_left) steps = search->steps_left;
    int64_t steps_before = steps;

    struct state start = run_empty(row + 1);
    if (row + 1 < search->row_count) room = run_push(search, &start);
    int32_t waiting = search->state_count;
    enum status status = OK;
    for (int32_t position = row + 1; waiting > 0; position++, steps--) {
        int32_t at = search->heads[position];
        search->heads[position] = -1;
        for (; at >= 0; at = search->states[at].next, waiting--) {
            int32_t count = room && steps > 0 ? search->reading_counts[position] : 0;
            for (int32_t i = 0; i < count && status == OK; i++, steps--) {
                struct state longer;
                int32_t states_before = search->state_count;
                if (!run_extend(search, &search->states[at], at, (struct child){position, i},
                                &longer))
                    continue;
                status = run_consider(search, row, &longer, &room);
                waiting += search->state_count - states_before;
            }
        }
    }
    search->steps_left -= steps_before - steps;
    return status;
}

static enum status search_init(struct search *search, struct arena *arena,
                               const struct tree_row *rows, int32_t row_count, int32_t column_count)
{
    size_t count = (size_t)row_count;
    *search = (struct search){.rows = rows,
                              .row_count = row_count,
                              .column_count = column_count,
                              .state_max = row_count * STATES_PER_ROW + STATES_MIN,
                              .steps_left = (int64_t)row_count * STEPS_PER_ROW + STEPS_MIN,
                              .arena = arena};
    search->readings = arena_calloc(arena, count, sizeof *search->readings);
    search->reading_counts = arena_calloc(arena, count, sizeof *search->reading_counts);
    search->states = arena_calloc(arena, (size_t)search->state_max, sizeof *search->states);
    search->heads = arena_calloc(arena, count, sizeof *search->heads);
    if (search->readings == NULL || search->reading_counts == NULL || search->states == NULL ||
        search->heads == NULL)
        return RESOURCE_EXHAUSTED;
    memset(search->heads, 0xff, count * sizeof *search->heads);
    for (int32_t i = 0; i < row_count; i++) {
        for (int32_t c = 0; c < column_count; c++)
            search->falls[c] = search->falls[c] || rows[i].amounts[c] < 0;
    }
    return OK;
}

/* Chooses for every row the reading of the best forest: the most evidence, then the fewest roots.
 * chosen[i] is the reading of row i where it is a root. */
static enum status forest_choose(const struct search *search, int32_t *chosen)
{
    size_t count = (size_t)search->row_count;
    int64_t *bits = arena_calloc(search->arena, count + 1, sizeof *bits);
    int32_t *roots = arena_calloc(search->arena, count + 1, sizeof *roots);
    if (bits == NULL || roots == NULL) return RESOURCE_EXHAUSTED;
    for (int32_t row = search->row_count - 1; row >= 0; row--) {
        for (int32_t i = 0; i < search->reading_counts[row]; i++) {
            const struct reading *reading = &search->readings[row][i];
            int64_t sum = bits[reading->end] + reading->bits;
            int32_t root_count = roots[reading->end] + 1;
            bool better =
                i == 0 || sum > bits[row] || (sum == bits[row] && root_count < roots[row]);
            if (!better) continue;
            bits[row] = sum;
            roots[row] = root_count;
            chosen[row] = i;
        }
    }
    return OK;
}

/* Writes the chosen forest down as places; parents come before their children. */
static enum status forest_place(const struct search *search, struct tree_place *places)
{
    size_t count = (size_t)search->row_count;
    int32_t *chosen = arena_calloc(search->arena, count, sizeof *chosen);
    if (chosen == NULL) return RESOURCE_EXHAUSTED;
    enum status status = forest_choose(search, chosen);
    if (status != OK) return status;
    for (int32_t row = 0; row < search->row_count; row++)
        places[row] = (struct tree_place){.parent = TREE_ROOT};
    for (int32_t row = 0; row < search->row_count; row++) {
        const struct reading *reading = &search->readings[row][chosen[row]];
        for (int32_t i = 0; i < reading->count; i++) {
            struct child child = reading->children[i];
            chosen[child.row] = child.reading;
            places[child.row].parent = row;
            places[child.row].memo = i >= reading->memo_from && i < reading->memo_to;
        }
    }
    return OK;
}

/* A total that is printed below what it sums up repeats the roots above it. */
static void forest_mark_last_total(const struct search *search, struct tree_place *places)
{
    int32_t last = search->row_count - 1;
    if (last < 2 || places[last].parent != TREE_ROOT) return;
    struct state run = run_empty(0);
    for (int32_t row = 0; row < last; row++) {
        if (places[row].parent != TREE_ROOT) continue;
        if (!run_extend(search, &run, -1, (struct child){row, 0}, &run)) return;
    }
    places[last].memo = run.count >= 2 && run_matches(search, &search->rows[last], &run) &&
                        run_evidence(search, &search->rows[last], &run) > 0;
}

/* Rows of zeros say nothing in a sum and are left out of the search. Such a row stands with the row
 * before it: below it where that row has children, beside it otherwise. */
static void places_spread(const struct tree_place *found, const int32_t *positions,
                          const struct tree_table *table, struct tree_place *places)
{
    int32_t count = (int32_t)table->row_count;
    int32_t next = 0; /* In found[]. */
    int32_t before = TREE_ROOT;
    int32_t columns = (int32_t)table->column_count;
    for (int32_t row = 0; row < count; row++) {
        if (row_is_zero(&table->rows[row], columns)) {
            places[row] = (struct tree_place){.parent = TREE_ROOT};
            if (before == TREE_ROOT) continue;
            bool opens = positions[next] >= 0 && found[next].parent >= 0 &&
                         positions[found[next].parent] == before;
            places[row].parent = opens ? before : places[before].parent;
        } else {
            places[row] = found[next];
            if (found[next].parent >= 0) places[row].parent = positions[found[next].parent];
            before = row;
            next++;
        }
        if (places[row].parent >= 0) places[row].depth = places[places[row].parent].depth + 1;
    }
}

enum status tree_infer(struct arena *arena, const struct tree_table *table,
                       struct tree_place *places)
{
    if (table->row_count > TREE_ROWS_MAX || table->column_count < 1 ||
        table->column_count > TREE_COLUMNS_MAX)
        return INVALID_ARGUMENT;
    int32_t columns = (int32_t)table->column_count;
    struct tree_row *rows = arena_calloc(arena, table->row_count + 1, sizeof *rows);
    int32_t *positions = arena_calloc(arena, table->row_count + 1, sizeof *positions);
    struct tree_place *found = arena_calloc(arena, table->row_count + 1, sizeof *found);
    if (rows == NULL || positions == NULL || found == NULL) return RESOURCE_EXHAUSTED;
    int32_t count = 0;
    for (size_t row = 0; row < table->row_count; row++) {
        if (row_is_zero(&table->rows[row], columns)) continue;
        rows[count] = table->rows[row];
        positions[count++] = (int32_t)row;
    }
    positions[count] = -1;

    struct search search;
    enum status status = search_init(&search, arena, rows, count, columns);
    for (int32_t row = count - 1; row >= 0 && status == OK; row--)
        status = row_read(&search, row);
    if (status == OK) status = forest_place(&search, found);
    if (status != OK) return status;
    forest_mark_last_total(&search, found);
    places_spread(found, positions, table, places);
    return OK;
}
