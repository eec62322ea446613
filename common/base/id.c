#include "base/id.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/digest.h"

void id_new(char string[static ID_STRING_BYTES])
{
    uint8_t random[16];
    /* At most 256 bytes never come short once the kernel's pool is ready. */
    if (getrandom(random, sizeof random, 0) != sizeof random) abort();
    digest_hexadecimal(random, sizeof random, string);
}
