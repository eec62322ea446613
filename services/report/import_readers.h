/* The readers of numerals, in the order in which they are tried (see numerals_read). Each looks at
 * the run of digits that begins at an offset, and takes it only when it is sure. */
#pragma once

#include "import_scan.h"

/* import_names.c: what is written with digits but counts nothing. */
scan_reader markup_read;     /* <td colspan="2">, &#39; */
scan_reader address_read;    /* letters and digits in one word: COVID-19, img-12.jpeg, K4, 3G */
scan_reader phone_read;      /* 02-2133-1234, 1588-1234, 120 다산콜재단 */
scan_reader name_read;       /* 3·1절, 9호선, 2030세대 */
scan_reader glued_name_read; /* 코로나19, 서울로7017, 기획1팀 */

/* import_ordinals.c: numbers that say which one. */
scan_reader heading_read;  /* `1.`, `(2)`, `3` alone on its line, a page number in the contents */
scan_reader prefixed_read; /* 제47조, 제1·2공장, 제2020-123호 */
scan_reader ordinal_read;  /* 16기, 3~6학년, 지하 1,2층 */

/* import_dates.c, import_times.c: the calendar and the clock. */
scan_reader date_read;
scan_reader english_date_read; /* Feb. 1 ~ Feb. 29, 2020 */
scan_reader time_read;

/* import_quantities.c: how many and how much; every run of digits that nobody else took. */
scan_reader fraction_read; /* 1/3, 3분의 1, 1:1, 2+1 */
scan_reader quantity_read;
