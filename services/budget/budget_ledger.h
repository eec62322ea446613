/* The ledger of one bureau and fiscal year, in memory: lines, the entries that printed tables mean,
 * and balances. Pure; the store writes down what comes out.
 *
 * A table is a snapshot: it prints what every line stands at on a day. Applying it posts, for each
 * line, the difference between what is printed and the line's balance so far. A line's balance is
 * its own entries and all below it, memo lines aside; so an entry of a line that has parts is what
 * it prints beyond their sum, mostly rounding. Commitments or expenditure of 0 are posted once for
 * a line without parts, so that what is printed as nothing differs from what is not printed.
 * Snapshots are applied in the order of their days.
 *
 * What calls recorded counts in the balances as well, so that nobody's work is counted twice when a
 * report prints it: ledger_record says what it comes to by a day. The lines that calls made or
 * posted to are kept (ledger_keep), printed or not. */
#pragma once

#include "budget_accounts.h"
#include "budget_index.h"

enum { LINE_NONE = -1 };

struct ledger_line {
    const char *label; /* As the last snapshot prints it. */
    const char *key;   /* Path of folded labels from the root; unique in the ledger. */
    int32_t parent;    /* Index, smaller than the line's own; LINE_NONE at a root. */
    int32_t depth;
    bool memo;
    int32_t position; /* From 1, in the order of the printed table; set by ledger_order. */
    struct balance own, total;
    bool stated[AMOUNT_COUNT]; /* The line has an entry of that amount. */
    bool kept;    /* It stands whether a report prints it or not, and is never dropped. */
    bool printed; /* A snapshot prints it. */
    struct balance recorded; /* What of `own` calls recorded … */
    bool told[AMOUNT_COUNT]; /* … and which amounts. */
    struct date first_day;   /* The day of the first snapshot that prints the line. */
    bool dropped;            /* A later snapshot prints its parent's parts without it … */
    struct date drop_day;    /* … of this day. */
    int64_t reading;         /* Where it was first read; 0: of a kept line, nowhere. */
    int32_t text_line, table_row;
    /* Siblings in order. */
    int32_t first_child, next_sibling, last_placed;
    /* What the snapshot being applied says. */
    int32_t stamp, row, repeats, repeat_stamp, left_stamp;
    bool broken_down;
};

struct ledger_entry {
    int32_t line;
    enum entry_kind kind;
    int64_t won;
    struct date day;
    bool rounding;
    int64_t reading;
    int32_t text_line, table_row, table_column;
};

/* What a line is called from a day on. */
struct ledger_label {
    int32_t line;
    struct date day;
    const char *label;
};

struct ledger {
    struct arena *arena;
    struct ledger_line *lines;
    size_t line_count, line_max;
    struct ledger_entry *entries;
    size_t entry_count, entry_max;
    struct ledger_label *labels_said; /* In the order of the snapshots. */
    size_t said_count, said_max;
    struct budget_index keys;   /* Path to line. */
    struct budget_index labels; /* Label to line, LINE_NONE where several have it. */
    int32_t first_root, last_root_placed;
    int32_t stamp;
};

/* A table seen as a snapshot of one fiscal year. */
struct snapshot {
    const struct budget_table *table;
    int source[AMOUNT_COUNT]; /* Which of the rows' amounts is the line's current budget,
                               * commitments, expenditure; -1: not printed. */
    struct date day;
    int64_t reading; /* Goes into lines and entries. */
};

void ledger_init(struct ledger *ledger, struct arena *arena);

/* Puts a line into the ledger before any snapshot, behind the others of its parent. Of *line are
 * taken label, key, parent, depth, memo and first_day; the texts are borrowed. */
NODISCARD enum status ledger_keep(struct ledger *ledger, const struct ledger_line *line,
                                  int32_t *index);

/* What calls recorded of a line by the day of the snapshot that is applied next, and whether that
 * says what is committed and spent: in the place of what was said of the snapshot before.
 * OUT_OF_RANGE: a balance would not fit 64 bits. */
NODISCARD enum status ledger_record(struct ledger *ledger, int32_t line,
                                    const struct balance *recorded,
                                    const bool told[static AMOUNT_COUNT]);

/* A snapshot of the table's own year, and of the year before (a comparison's other column; false
 * where the table has none). */
struct snapshot snapshot_of(const struct budget_table *table, int64_t reading);
NODISCARD bool snapshot_before(const struct budget_table *table, int64_t reading,
                               struct snapshot *snapshot);

/* Applies a snapshot; the table must live as long as the ledger. RESOURCE_EXHAUSTED: no memory.
 * OUT_OF_RANGE: a balance would not fit 64 bits. After an error the ledger is of no use. */
NODISCARD enum status ledger_apply(struct ledger *ledger, const struct snapshot *snapshot);

/* Numbers the lines in the order of the printed tables. */
void ledger_order(struct ledger *ledger);
