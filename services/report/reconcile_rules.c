#include "reconcile_case.h"

const struct reconcile_rule reconcile_rules[] = {
    {"column-sum", column_sum_check},
    {"row-sum", row_sum_check},
    {"printed-rate", table_rate_check},
    {"printed-rate", prose_rate_check},
    {"printed-change", printed_change_check},
    {"printed-change", prose_change_check},
    {"growth", growth_check},
    {"composition", composition_check},
    {"multiplication", multiplication_check},
    {"daily-average", daily_average_check},
    {"daily-maximum", daily_maximum_check},
    {"same-subject", same_subject_check},
    {"prose-against-table", prose_table_check},
    {"ledger", ledger_check},
    {"execution-order", execution_order_check},
    {"listed-findings", listed_findings_check},
    {"period-order", period_order_check},
};
const size_t reconcile_rule_count = ARRAY_LENGTH(reconcile_rules);
