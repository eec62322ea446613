/* Tables of lines and the numerals that a reader finds in them, for import_numerals_test.
 *
 * `numerals` lists them in order, joined by "; ", each as `printed = KIND …`:
 *   a quantity (Q) with units, exponent (`e4`; none for 0), the high end of a range behind `..`,
 * the unit and the qualifiers; a date or period with its days, an open end left out. Dates without
 * a year are of 2020: the rows are read as of 2020-04-21. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct numeral_row {
    const char *line;
    bool cell; /* The line is a table's cell. */
    const char *numerals;
};

extern const struct numeral_row numeral_form_rows[];
extern const size_t numeral_form_row_count;

extern const struct numeral_row numeral_city_rows[];
extern const size_t numeral_city_row_count;

extern const struct numeral_row numeral_town_rows[];
extern const size_t numeral_town_row_count;

extern const struct numeral_row numeral_notation_rows[];
extern const size_t numeral_notation_row_count;
