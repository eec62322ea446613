/* Runs a fuzz target over the files of a corpus: what once crashed must not do so again. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/fuzz.h"

enum { PATH_BYTES = 1024, INPUT_BYTES_MAX = 16 << 20 };

int main(int argc, char **argv)
{
    DIR *corpus = argc == 2 ? opendir(argv[1]) : NULL;
    uint8_t *input = malloc(INPUT_BYTES_MAX);
    if (corpus == NULL || input == NULL) {
        (void)fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
        free(input);
        return EXIT_FAILURE;
    }
    int count = 0;
    for (struct dirent *entry = readdir(corpus); entry != NULL; entry = readdir(corpus)) {
        if (entry->d_name[0] == '.') continue;
        char path[PATH_BYTES];
        (void)snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        FILE *file = fopen(path, "rb");
        if (file == NULL) continue;
        size_t size = fread(input, 1, INPUT_BYTES_MAX, file);
        (void)fclose(file);
        (void)LLVMFuzzerTestOneInput(input, size);
        count++;
    }
    (void)closedir(corpus);
    free(input);
    (void)printf("%d inputs\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
