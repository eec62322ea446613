/* What every CUnit test program shares: a table of tests, and a main that runs it.
 *
 *     static void adds(void) { CU_ASSERT_EQUAL(1 + 1, 2); }
 *     SUITE("decimal", {"adds", adds}, {"subtracts", subtracts})
 */
#pragma once

#include <CUnit/CUnit.h>
#include <stddef.h>

struct suite_test {
    const char *name;
    void (*run)(void);
};

/* Runs the tests and prints CUnit's summary; the exit code for main. A single argument runs only
 * the tests whose name contains it. */
int suite_run(const char *name, const struct suite_test *tests, size_t count, int argc,
              char **argv);

#define SUITE(name, ...)                                                                           \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        static const struct suite_test tests[] = {__VA_ARGS__};                                    \
        return suite_run(name, tests, sizeof tests / sizeof tests[0], argc, argv);                 \
    }
