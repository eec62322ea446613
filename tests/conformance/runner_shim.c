/* What protobuf's conformance runner takes from newer libraries than Debian 12's; see
 * runner_fit.py. Built by deploy/dev into a library that is preloaded. */
#include <stdlib.h>

/* C23's readers of numbers differ from C11's only in a prefix, 0b, that the runner does not read.
 */
#define DECLARE_STRTO(type, name) type __isoc23_##name(const char *text, char **end, int base)
#define DEFINE_STRTO(type, name)                                                                   \
    DECLARE_STRTO(type, name);                                                                     \
    DECLARE_STRTO(type, name)                                                                      \
    {                                                                                              \
        return name(text, end, base);                                                              \
    }
DEFINE_STRTO(long, strtol)
DEFINE_STRTO(long long, strtoll)
DEFINE_STRTO(unsigned long, strtoul)
DEFINE_STRTO(unsigned long long, strtoull)

/* Programs of newer compilers leave it to the library to open std::cout, and name this function to
 * say so; in Debian's library the constructor of std::ios_base::Init does it. */
void open_streams(void *init) __asm__("_ZNSt8ios_base4InitC1Ev");
void library_opens_streams(void) __asm__("_ZSt21ios_base_library_initv");

void library_opens_streams(void)
{
}

static __attribute__((constructor)) void start(void)
{
    static char init; /* An empty class. */
    open_streams(&init);
}
