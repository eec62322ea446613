/* Random ids, of requests and of what has no name of its own. */
#pragma once

enum { ID_STRING_BYTES = 33 };

/* A random id of 128 bits in lower-case hexadecimal, with a NUL. */
void id_new(char string[static ID_STRING_BYTES]);
