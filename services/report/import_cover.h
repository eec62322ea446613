/* What the first lines of a report say of it: title, publisher, date. */
#pragma once

#include "import.h"

/* Reads the cover from the first lines; what is not there stays "". RESOURCE_EXHAUSTED: no memory.
 */
NODISCARD enum status cover_read(struct arena *arena, struct text utf8, struct import_cover *cover);
