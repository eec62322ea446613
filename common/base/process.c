#include "base/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    PROC_BYTES_MAX = 4096,
    MS_A_SECOND = 1000,
    FIELD_USER_TIME = 14, /* Of /proc/self/stat, as proc(5) counts them. */
    FIELD_SYSTEM_TIME = 15,
    FIELD_THREADS = 20,
    FIELD_START_TIME = 22,
    FIELD_VIRTUAL_BYTES = 23,
    FIELD_RESIDENT_PAGES = 24,
    FIELD_COUNT = 25,
};

/* A file of /proc as a string; the empty string where there is none. */
static void read_proc(const char *path, char text[static PROC_BYTES_MAX])
{
    text[0] = '\0';
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    ssize_t length = read(file, text, PROC_BYTES_MAX - 1);
    text[length > 0 ? length : 0] = '\0';
    (void)close(file);
}

/* The numbers of /proc/self/stat behind the program's name, which may itself hold blanks and
 * brackets; false: there are too few. */
static bool read_stat(long long fields[static FIELD_COUNT])
{
    char text[PROC_BYTES_MAX];
    read_proc("/proc/self/stat", text);
    char *at = strrchr(text, ')');
    if (at == NULL) return false;
    at++; /* Behind it, a blank and field 3, a letter. */
    for (int i = 3; i < FIELD_COUNT; i++) {
        while (*at == ' ')
            at++;
        if (*at == '\0') return false;
        fields[i] = i == 3 ? 0 : strtoll(at, NULL, 10);
        at += strcspn(at, " ");
    }
    return true;
}

static int64_t boot_ms(void)
{
    struct timespec up;
    if (clock_gettime(CLOCK_BOOTTIME, &up) != 0) return 0;
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return 0;
    return ((int64_t)now.tv_sec - up.tv_sec) * MS_A_SECOND + (now.tv_nsec - up.tv_nsec) / 1000000;
}

static int64_t count_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL) return 0;
    int64_t count = -3; /* The two dots, and the folder itself. */
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count < 0 ? 0 : count;
}

void process_usage_read(struct process_usage *usage)
{
    *usage = (struct process_usage){.files_open = count_files()};
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) usage->files_max = (int64_t)limit.rlim_cur;
    long long fields[FIELD_COUNT] = {0};
    if (!read_stat(fields)) return;
    int64_t ticks = sysconf(_SC_CLK_TCK);
    usage->cpu_ms = (fields[FIELD_USER_TIME] + fields[FIELD_SYSTEM_TIME]) * MS_A_SECOND / ticks;
    usage->threads = fields[FIELD_THREADS];
    usage->started_ms = boot_ms() + fields[FIELD_START_TIME] * MS_A_SECOND / ticks;
    usage->virtual_bytes = fields[FIELD_VIRTUAL_BYTES];
    usage->resident_bytes = fields[FIELD_RESIDENT_PAGES] * sysconf(_SC_PAGESIZE);
}
