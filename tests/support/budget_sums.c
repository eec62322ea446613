#include "support/budget_sums.h"

#include <stdio.h>

#include "support/store.h"
#include "support/suite.h"

#define CURRENT                                                                                    \
    "coalesce(sum(CASE WHEN e.kind IN (1, 2, 5, 6) THEN e.amount_won "                             \
    "WHEN e.kind = 7 THEN -e.amount_won END), 0)"
#define COMMITTED                                                                                  \
    "coalesce(sum(CASE e.kind WHEN 3 THEN e.amount_won WHEN 8 THEN -e.amount_won END), 0)"
#define SPENT "coalesce(sum(CASE e.kind WHEN 4 THEN e.amount_won WHEN 9 THEN -e.amount_won END), 0)"
/* What a report took back does not count, nor does what took it back. */
#define COUNT_OF(kinds)                                                                            \
    "count(CASE WHEN e.kind IN (" kinds ") AND e.corrects_id IS NULL THEN 1 END) - "               \
    "count(CASE WHEN e.kind IN (" kinds ") AND e.corrects_id IS NOT NULL "                         \
    "AND e.reading_id IS NOT NULL THEN 1 END)"
#define COMMITTED_COUNT COUNT_OF("3, 8")
#define SPENT_COUNT COUNT_OF("4, 9")

/* A total of a column of own amounts and all below that count in it. */
#define BELOW(own)                                                                                 \
    "(SELECT sum(o." own ") FROM budget_balances AS o JOIN below ON o.line_id = below.id "         \
    "WHERE below.top = b.line_id)"

/* Each counts what is wrong. Rows of days that have lost their entries to a withdrawal may stay. */
static const struct db_sql faults[] = {
    {"days that are not the sums of their entries",
     "SELECT count(*) FROM budget_days AS d WHERE (current_won, committed_won, spent_won, "
     "committed_count, spent_count) <> (SELECT " CURRENT ", " COMMITTED ", " SPENT
     ", " COMMITTED_COUNT ", " SPENT_COUNT " FROM budget_entries AS e WHERE e.line_id = d.line_id "
     "AND e.effective_date <= d.day)"},
    {"entries without a day",
     "SELECT count(*) FROM budget_entries AS e WHERE NOT EXISTS (SELECT 1 FROM budget_days AS d "
     "WHERE d.line_id = e.line_id AND d.day = e.effective_date)"},
    {"balances that are not the sums of their entries",
     "SELECT count(*) FROM budget_balances AS b WHERE (own_current_won, own_committed_won, "
     "own_spent_won, own_committed_count, own_spent_count) <> (SELECT " CURRENT ", " COMMITTED
     ", " SPENT ", " COMMITTED_COUNT ", " SPENT_COUNT
     " FROM budget_entries AS e WHERE e.line_id = b.line_id)"},
    {"reserved amounts that are not the sums of open reservations",
     "SELECT count(*) FROM budget_balances AS b WHERE own_reserved_won <> (SELECT "
     "coalesce(sum(amount_won), 0) FROM budget_reservations AS r WHERE r.line_id = b.line_id "
     "AND r.state = 1)"},
    {"totals that are not the sums of their lines",
     "WITH RECURSIVE below(top, id) AS (SELECT id, id FROM budget_lines UNION ALL "
     "SELECT below.top, l.id FROM budget_lines AS l JOIN below ON l.parent_id = below.id "
     "WHERE l.memo = 0) SELECT count(*) FROM budget_balances AS b WHERE (current_won, "
     "committed_won, spent_won, reserved_won) <> (" BELOW("own_current_won") ", " BELOW(
         "own_committed_won") ", " BELOW("own_spent_won") ", " BELOW("own_reserved_won") ")"},
    {"last days that are not the last",
     "SELECT count(*) FROM budget_balances AS b WHERE last_day <> (SELECT "
     "coalesce(max(day), '') FROM budget_days AS d WHERE d.line_id = b.line_id)"},
    {"lines without a balance",
     "SELECT count(*) FROM budget_lines AS l WHERE NOT EXISTS (SELECT 1 FROM budget_balances AS b "
     "WHERE b.line_id = l.id)"},
    {"lines that show another parent or citation than theirs",
     "SELECT count(*) FROM budget_lines AS l LEFT JOIN budget_readings AS r "
     "ON r.id = l.reading_id LEFT JOIN budget_lines AS p ON p.id = l.parent_id "
     "WHERE (l.parent_name, l.report_id, l.section) <> "
     "(coalesce(p.name, ''), coalesce(r.report_id, ''), coalesce(r.section, ''))"},
    {"unplaced lines with money or open reservations",
     "SELECT count(*) FROM budget_lines AS l JOIN budget_balances AS b ON b.line_id = l.id "
     "WHERE l.position = 0 AND (own_current_won, own_committed_won, own_spent_won, "
     "own_committed_count, own_spent_count, own_reserved_won) <> (0, 0, 0, 0, 0, 0)"},
    {"places that several lines have",
     "SELECT count(*) FROM (SELECT 1 FROM budget_lines WHERE position > 0 "
     "GROUP BY fiscal_year, publisher, position HAVING count(*) > 1) AS l"},
    {"lines that do not follow the one above them",
     "SELECT count(*) FROM budget_lines AS l JOIN budget_lines AS p ON p.id = l.parent_id "
     "WHERE l.position > 0 AND (l.depth <> p.depth + 1 OR p.id <> (SELECT o.id "
     "FROM budget_lines AS o WHERE o.publisher = l.publisher AND o.fiscal_year = l.fiscal_year "
     "AND o.position < l.position AND o.position > 0 AND o.depth < l.depth "
     "ORDER BY o.position DESC LIMIT 1))"},
    {"corrections of another line or kind, or beyond what they correct",
     "SELECT count(*) FROM budget_entries AS e JOIN budget_entries AS c ON c.id = e.corrects_id "
     "WHERE e.line_id <> c.line_id OR e.kind <> c.kind OR abs(c.amount_won) < abs((SELECT "
     "sum(o.amount_won) FROM budget_entries AS o WHERE o.corrects_id = c.id))"},
    {"balances that count elsewhere than in their parent",
     "SELECT count(*) FROM budget_balances AS b JOIN budget_lines AS l ON l.id = b.line_id WHERE "
     "coalesce(b.above_id, 0) <> CASE WHEN l.memo = 0 THEN coalesce(l.parent_id, 0) ELSE 0 END"},
    {"entries that the feed does not tell of",
     "SELECT count(*) FROM budget_entries AS e WHERE 1 <> (SELECT count(*) FROM budget_events AS v "
     "WHERE v.kind = 4 AND v.entry_id = e.id AND v.amount_won = e.amount_won "
     "AND v.entry_kind = e.kind AND v.effective_date = e.effective_date)"},
    {"entries recorded before the one before",
     "SELECT count(*) FROM (SELECT recorded_ms < lag(recorded_ms) OVER (ORDER BY id) AS falls "
     "FROM budget_entries) AS e WHERE falls"},
    {"gaps in the feed", "SELECT count(*) - coalesce(max(sequence), 0) FROM budget_events"},
};

/* Only SQLite's columns take values of another type than theirs. */
static const struct db_sql not_whole = {
    "amounts of days that are no whole numbers",
    "SELECT count(*) FROM budget_days WHERE typeof(current_won) <> 'integer' OR "
    "typeof(committed_won) <> 'integer' OR typeof(spent_won) <> 'integer'"};

static void fault_check(struct db *db, const struct db_sql *fault)
{
    int64_t count = -1;
    CU_ASSERT_EQUAL(db_query_int_values(db, &count, fault, NULL, 0), OK);
    if (count != 0) (void)printf("%lld %s\n", (long long)count, fault->name);
    CU_ASSERT_EQUAL(count, 0);
}

void budget_check_sums(struct db *db)
{
    for (size_t i = 0; i < ARRAY_LENGTH(faults); i++)
        fault_check(db, &faults[i]);
    if (!store_is_remote()) fault_check(db, &not_whole);
}
