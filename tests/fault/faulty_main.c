/* A service on a disk that breaks: the linker calls this instead of its main(), which is
 * __real_main here. The control file's path is in SOTONG_FAULTY_DISK. */
#include <stdio.h>
#include <stdlib.h>

#include "support/faulty_vfs.h"

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

int __wrap_main(int argc, char **argv)
{
    const char *control = getenv("SOTONG_FAULTY_DISK");
    if (control == NULL || !faulty_vfs_install(control)) {
        perror("SOTONG_FAULTY_DISK names no control file");
        return EXIT_FAILURE;
    }
    return __real_main(argc, argv);
}
