#include "support/faulty_vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 512, DISKS_MAX = 4, SECTOR_BYTES = 512, RECORD_HEAD_BYTES = 25 };

/* A file of the store, which several connections have open; lives as long as the process. */
struct disk {
    char path[PATH_BYTES];
    int journal;      /* FILE.unsynced */
    bool sync_failed; /* Since the journal was last emptied. */
    pthread_mutex_t mutex;
};

struct faulty_vfs {
    sqlite3_vfs base;
    sqlite3_vfs *system;
    struct faulty_control *control;
    pthread_mutex_t mutex; /* Guards the disks' list. */
    struct disk disks[DISKS_MAX];
    size_t disk_count;
};

/* A file as SQLite sees it; the system's own follows it in memory. */
struct faulty_file {
    sqlite3_file base;
    struct faulty_vfs *vfs;
    struct disk *disk; /* NULL: neither database nor log. */
    uint64_t generation;
    sqlite3_file *system;
};

static struct faulty_file *file_of(sqlite3_file *file)
{
    return (struct faulty_file *)(void *)file;
}

/* ---- Faults ---- */

/* Counts a call to the disk. True: it is one that fails. */
static bool fails(struct faulty_file *file)
{
    struct faulty_control *control = file->vfs->control;
    if (file->disk == NULL) return false;
    uint64_t nth = atomic_fetch_add(&control->calls, 1) + 1;
    uint64_t every = control->error_every;
    bool gone = file->generation < control->generation;
    if (!gone && (every == 0 || nth % every != 0)) return false;
    control->errors++;
    return true;
}

static int fail(int result)
{
    errno = EIO;
    return result;
}

/* ---- What is not on the disk yet ---- */

static void journal_append(struct disk *disk, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t count = write(disk->journal, at, length);
        if (count <= 0) abort(); /* The test's own disk is full. */
        at += count;
        length -= (size_t)count;
    }
}

/* Keeps what the file holds where it is about to change. */
static int journal_change(struct faulty_file *file, char kind, sqlite3_int64 offset,
                          sqlite3_int64 length)
{
    sqlite3_int64 size = 0;
    int result = file->system->pMethods->xFileSize(file->system, &size);
    if (result != SQLITE_OK) return result;
    char *record = calloc(1, RECORD_HEAD_BYTES + (size_t)length);
    if (record == NULL) return SQLITE_NOMEM;
    const int64_t head[] = {offset, length, size};
    record[0] = kind;
    memcpy(record + 1, head, sizeof head);
    sqlite3_int64 held = size > offset ? size - offset : 0;
    if (held > length) held = length;
    if (held > 0) {
        result = file->system->pMethods->xRead(file->system, record + RECORD_HEAD_BYTES, (int)held,
                                               offset);
    }
    if (result == SQLITE_OK) journal_append(file->disk, record, RECORD_HEAD_BYTES + (size_t)length);
    free(record);
    return result;
}

static void journal_synced(struct disk *disk)
{
    if (disk->sync_failed) {
        journal_append(disk, "S", 1);
        return;
    }
    if (ftruncate(disk->journal, 0) != 0) abort();
}

/* ---- Methods of files ---- */

static int file_close(sqlite3_file *file)
{
    struct faulty_file *own = file_of(file);
    return own->system->pMethods->xClose(own->system);
}

static int file_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset)
{
    struct faulty_file *own = file_of(file);
    if (fails(own)) return fail(SQLITE_IOERR_READ);
    return own->system->pMethods->xRead(own->system, bytes, length, offset);
}

/* How much of a write there is room for, under the disk's mutex. */
static bool has_room(struct faulty_file *own, sqlite3_int64 end)
{
    struct faulty_control *control = own->vfs->control;
    if (control->full == 0) return true;
    sqlite3_int64 size = 0;
    if (own->system->pMethods->xFileSize(own->system, &size) != SQLITE_OK) return false;
    if (end <= size) return true;
    if (control->space < end - size) return false;
    control->space -= end - size;
    return true;
}

static int disk_write(struct faulty_file *own, const void *bytes, int length, sqlite3_int64 offset)
{
    if (!has_room(own, offset + length)) {
        own->vfs->control->errors++;
        errno = ENOSPC;
        return SQLITE_FULL;
    }
    int result = journal_change(own, 'W', offset, length);
    if (result != SQLITE_OK) return result;
    if (!fails(own)) return own->system->pMethods->xWrite(own->system, bytes, length, offset);
    /* A write that fails may have come to its half. */
    int half = length / 2 / SECTOR_BYTES * SECTOR_BYTES;
    if (half > 0) (void)own->system->pMethods->xWrite(own->system, bytes, half, offset);
    return fail(SQLITE_IOERR_WRITE);
}

static int file_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
    struct faulty_file *own = file_of(file);
    if (own->disk == NULL) {
        return own->system->pMethods->xWrite(own->system, bytes, length, offset);
    }
    (void)pthread_mutex_lock(&own->disk->mutex);
    int result = disk_write(own, bytes, length, offset);
    (void)pthread_mutex_unlock(&own->disk->mutex);
    return result;
}

static int disk_truncate(struct faulty_file *own, sqlite3_int64 size)
{
    if (fails(own)) return fail(SQLITE_IOERR_TRUNCATE);
    sqlite3_int64 before = 0;
    int result = own->system->pMethods->xFileSize(own->system, &before);
    if (result == SQLITE_OK && before > size)
        result = journal_change(own, 'T', size, before - size);
    if (result != SQLITE_OK) return result;
    return own->system->pMethods->xTruncate(own->system, size);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct faulty_file *own = file_of(file);
    if (own->disk == NULL) return own->system->pMethods->xTruncate(own->system, size);
    (void)pthread_mutex_lock(&own->disk->mutex);
    int result = disk_truncate(own, size);
    (void)pthread_mutex_unlock(&own->disk->mutex);
    return result;
}

static int disk_sync(struct faulty_file *own, int flags)
{
    struct faulty_control *control = own->vfs->control;
    if (control->sync_lies != 0) {
        control->lies++;
        return SQLITE_OK;
    }
    bool broken = fails(own);
    if (!broken && control->sync_fails != 0) {
        control->errors++;
        broken = true;
    }
    if (broken) {
        own->disk->sync_failed = true;
        journal_append(own->disk, "F", 1);
        return fail(SQLITE_IOERR_FSYNC);
    }
    int result = own->system->pMethods->xSync(own->system, flags);
    if (result != SQLITE_OK) return result;
    journal_synced(own->disk);
    control->syncs++;
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *file, int flags)
{
    struct faulty_file *own = file_of(file);
    if (own->disk == NULL) return own->system->pMethods->xSync(own->system, flags);
    (void)pthread_mutex_lock(&own->disk->mutex);
    int result = disk_sync(own, flags);
    (void)pthread_mutex_unlock(&own->disk->mutex);
    return result;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct faulty_file *own = file_of(file);
    if (fails(own)) return fail(SQLITE_IOERR_FSTAT);
    return own->system->pMethods->xFileSize(own->system, size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return file_of(file)->system->pMethods->xLock(file_of(file)->system, level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return file_of(file)->system->pMethods->xUnlock(file_of(file)->system, level);
}

static int file_check_reserved_lock(sqlite3_file *file, int *held)
{
    return file_of(file)->system->pMethods->xCheckReservedLock(file_of(file)->system, held);
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    return file_of(file)->system->pMethods->xFileControl(file_of(file)->system, operation,
                                                         argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return file_of(file)->system->pMethods->xSectorSize(file_of(file)->system);
}

/* What SQLite counts on is what it counts on in service; a sector that is torn here keeps what it
 * held around the bytes that were written. */
static int file_device_characteristics(sqlite3_file *file)
{
    return file_of(file)->system->pMethods->xDeviceCharacteristics(file_of(file)->system);
}

static int file_shm_map(sqlite3_file *file, int page, int page_bytes, int extend,
                        void volatile **memory)
{
    sqlite3_file *system = file_of(file)->system;
    return system->pMethods->xShmMap(system, page, page_bytes, extend, memory);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    sqlite3_file *system = file_of(file)->system;
    return system->pMethods->xShmLock(system, offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    file_of(file)->system->pMethods->xShmBarrier(file_of(file)->system);
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
    return file_of(file)->system->pMethods->xShmUnmap(file_of(file)->system, remove);
}

static const sqlite3_io_methods file_methods = {
    .iVersion = 2, /* No mapped reads: all go through xRead. */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_device_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ---- Methods of the VFS ---- */

static int journal_open(const char *path)
{
    char name[PATH_BYTES + 16];
    (void)snprintf(name, sizeof name, "%s.unsynced", path);
    return open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

/* NULL: there are too many, or no journal. */
static struct disk *disk_find(struct faulty_vfs *vfs, const char *path)
{
    struct disk *disk = NULL;
    (void)pthread_mutex_lock(&vfs->mutex);
    for (size_t i = 0; i < vfs->disk_count; i++) {
        if (strcmp(vfs->disks[i].path, path) == 0) disk = &vfs->disks[i];
    }
    if (disk == NULL && vfs->disk_count < DISKS_MAX && strlen(path) < PATH_BYTES) {
        struct disk *next = &vfs->disks[vfs->disk_count];
        next->journal = journal_open(path);
        if (next->journal >= 0) {
            (void)snprintf(next->path, sizeof next->path, "%s", path);
            (void)pthread_mutex_init(&next->mutex, NULL);
            vfs->disk_count++;
            disk = next;
        }
    }
    (void)pthread_mutex_unlock(&vfs->mutex);
    return disk;
}

static int vfs_open(sqlite3_vfs *base, const char *path, sqlite3_file *file, int flags, int *got)
{
    struct faulty_vfs *vfs = base->pAppData;
    struct faulty_file *own = file_of(file);
    *own = (struct faulty_file){.vfs = vfs, .system = (sqlite3_file *)(own + 1)};
    own->generation = vfs->control->generation;
    if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0) {
        own->disk = disk_find(vfs, path);
        if (own->disk == NULL || fails(own)) return fail(SQLITE_CANTOPEN);
    }
    int result = vfs->system->xOpen(vfs->system, path, own->system, flags, got);
    if (result == SQLITE_OK) own->base.pMethods = &file_methods;
    return result;
}

/* A log that is removed leaves nothing that could be lost. */
static int vfs_delete(sqlite3_vfs *base, const char *path, int sync_directory)
{
    struct faulty_vfs *vfs = base->pAppData;
    (void)pthread_mutex_lock(&vfs->mutex);
    for (size_t i = 0; i < vfs->disk_count; i++) {
        struct disk *disk = &vfs->disks[i];
        if (strcmp(disk->path, path) == 0 && ftruncate(disk->journal, 0) != 0) abort();
    }
    (void)pthread_mutex_unlock(&vfs->mutex);
    return vfs->system->xDelete(vfs->system, path, sync_directory);
}

static struct faulty_control *control_map(const char *path)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return NULL;
    void *words =
        mmap(NULL, sizeof(struct faulty_control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)close(file);
    return words == MAP_FAILED ? NULL : words;
}

bool faulty_vfs_install(const char *control_path)
{
    struct faulty_vfs *vfs = calloc(1, sizeof *vfs); /* SQLite's, for ever. */
    if (vfs == NULL) return false;
    vfs->control = control_map(control_path);
    vfs->system = sqlite3_vfs_find(NULL);
    if (vfs->control == NULL || vfs->system == NULL) {
        free(vfs);
        return false;
    }
    (void)pthread_mutex_init(&vfs->mutex, NULL);
    vfs->base = *vfs->system; /* What is not ours works on no file of the store. */
    vfs->base.zName = "faulty";
    vfs->base.pAppData = vfs;
    vfs->base.szOsFile = (int)sizeof(struct faulty_file) + vfs->system->szOsFile;
    vfs->base.xOpen = vfs_open;
    vfs->base.xDelete = vfs_delete;
    return sqlite3_vfs_register(&vfs->base, 1) == SQLITE_OK;
}
