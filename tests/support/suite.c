#include "support/suite.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>

int suite_run(const char *name, const struct suite_test *tests, size_t count, int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : NULL;
    if (CU_initialize_registry() != CUE_SUCCESS) return 1;
    CU_pSuite suite = CU_add_suite(name, NULL, NULL);
    for (size_t i = 0; suite != NULL && i < count; i++) {
        if (only != NULL && strstr(tests[i].name, only) == NULL) continue;
        if (CU_add_test(suite, tests[i].name, tests[i].run) == NULL) suite = NULL;
    }
    if (suite == NULL) {
        (void)fprintf(stderr, "%s: the tests cannot be registered\n", name);
        return 1;
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_basic_run_tests();
    unsigned ran = CU_get_number_of_tests_run();
    unsigned failed = CU_get_number_of_failures();
    CU_cleanup_registry();
    return failed == 0 && ran > 0 ? 0 : 1;
}
