/* A budget that acknowledges entries of which it kept nothing, one in eight. */
#include "budget_posting.h"

enum { ONE_IN = 8 };

enum status __real_posting_add(struct db *db, struct posting_line *line, struct posting *posting);
enum status __wrap_posting_add(struct db *db, struct posting_line *line, struct posting *posting);

enum status __wrap_posting_add(struct db *db, struct posting_line *line, struct posting *posting)
{
    if (posting->won % ONE_IN != 0) return __real_posting_add(db, line, posting);
    posting->id = 1;
    posting->recorded_ms = posting->now_ms;
    return OK;
}
