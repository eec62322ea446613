/* What the words around a quantity say of it besides its value. */
#pragma once

#include "import_scan.h"

/* The bits that the words in front of begin and behind end give. */
unsigned qualifiers_read(const struct scan *scan, size_t begin, size_t end);
