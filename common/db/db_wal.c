#include "db/db_wal.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define VFS_NAME "sotong-wal"

enum {
    FRAME_HEAD_BYTES = 24, /* SQLite's file format, 4.1. */
    FRAME_SIZE_AT = 4,     /* In it: the store's pages after the commit; 0: not its last frame. */
    FRAME_SIZE_BYTES = 4,
    HELD_BYTES_MAX = 64 << 10, /* SQLite writes less than 128 KiB at a time. */
};

struct wal_vfs {
    sqlite3_vfs base;
    sqlite3_vfs *system;
};

/* The log as SQLite sees it; the system's own file follows it in memory. */
struct wal_file {
    sqlite3_file base;
    sqlite3_file *system;
    unsigned char *held; /* What was written and is not in the file yet; NULL: nothing ever was. */
    int length;
    sqlite3_int64 offset; /* Of held[0] in the file. */
    bool last;            /* The head that was written last is that of a commit. */
    /* What was held is lost, and SQLite asked for something else when that was seen: the next write
     * or sync says so, which ends the transaction. Until then nothing is read from there on. */
    int untold;         /* Why; SQLITE_OK: nothing is lost. */
    sqlite3_int64 lost; /* From where on. */
};

static struct wal_file *file_of(sqlite3_file *file)
{
    return (struct wal_file *)(void *)file;
}

/* On failure what was held is gone; when a write or a sync says so, SQLite undoes the
 * transaction. */
static int flush(struct wal_file *own)
{
    int length = own->length;
    if (length == 0) return SQLITE_OK;
    own->length = 0;
    return own->system->pMethods->xWrite(own->system, own->held, length, own->offset);
}

/* Before anything else than a write or a sync. */
static int flush_for_others(struct wal_file *own)
{
    sqlite3_int64 offset = own->offset;
    int result = flush(own);
    if (result == SQLITE_OK) return SQLITE_OK;
    own->untold = result;
    own->lost = offset;
    return result;
}

/* Tells what was lost, once. */
static int tell(struct wal_file *own)
{
    int untold = own->untold;
    own->untold = SQLITE_OK;
    return untold;
}

/* ---- Methods of the log ---- */

static int wal_close(sqlite3_file *file)
{
    struct wal_file *own = file_of(file);
    int flushed = flush(own);
    int closed = own->system->pMethods->xClose(own->system);
    sqlite3_free(own->held);
    return flushed == SQLITE_OK ? closed : flushed;
}

static int wal_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset)
{
    struct wal_file *own = file_of(file);
    int result = flush_for_others(own);
    if (result != SQLITE_OK) return result;
    if (own->untold != SQLITE_OK && offset + count > own->lost) return SQLITE_IOERR_READ;
    return own->system->pMethods->xRead(own->system, bytes, count, offset);
}

static bool ends_transaction(const unsigned char head[static FRAME_HEAD_BYTES])
{
    static const unsigned char none[FRAME_SIZE_BYTES];
    return memcmp(head + FRAME_SIZE_AT, none, sizeof none) != 0;
}

/* True: there is room behind what is held. */
static bool holds(struct wal_file *own, int count, sqlite3_int64 offset)
{
    if (own->held == NULL) own->held = sqlite3_malloc(HELD_BYTES_MAX);
    if (own->held == NULL || count > HELD_BYTES_MAX - own->length) return false;
    if (own->length == 0) own->offset = offset;
    return offset == own->offset + own->length;
}

static int wal_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
    struct wal_file *own = file_of(file);
    if (own->untold != SQLITE_OK) return tell(own);
    if (!holds(own, count, offset)) {
        int result = flush(own);
        if (result != SQLITE_OK) return result;
        if (!holds(own, count, offset)) {
            return own->system->pMethods->xWrite(own->system, bytes, count, offset);
        }
    }
    memcpy(own->held + own->length, bytes, (size_t)count);
    own->length += count;
    bool whole = own->last && count != FRAME_HEAD_BYTES;
    own->last = count == FRAME_HEAD_BYTES && ends_transaction(bytes);
    return whole ? flush(own) : SQLITE_OK;
}

static int wal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct wal_file *own = file_of(file);
    int result = flush_for_others(own);
    if (result != SQLITE_OK) return result;
    return own->system->pMethods->xTruncate(own->system, size);
}

static int wal_sync(sqlite3_file *file, int flags)
{
    struct wal_file *own = file_of(file);
    int result = own->untold != SQLITE_OK ? tell(own) : flush(own);
    if (result != SQLITE_OK) return result;
    return own->system->pMethods->xSync(own->system, flags);
}

static int wal_size(sqlite3_file *file, sqlite3_int64 *size)
{
    struct wal_file *own = file_of(file);
    int result = flush_for_others(own);
    if (result != SQLITE_OK) return result;
    return own->system->pMethods->xFileSize(own->system, size);
}

static int wal_lock(sqlite3_file *file, int level)
{
    return file_of(file)->system->pMethods->xLock(file_of(file)->system, level);
}

static int wal_unlock(sqlite3_file *file, int level)
{
    return file_of(file)->system->pMethods->xUnlock(file_of(file)->system, level);
}

static int wal_check_reserved_lock(sqlite3_file *file, int *held)
{
    return file_of(file)->system->pMethods->xCheckReservedLock(file_of(file)->system, held);
}

static int wal_control(sqlite3_file *file, int operation, void *argument)
{
    return file_of(file)->system->pMethods->xFileControl(file_of(file)->system, operation,
                                                         argument);
}

static int wal_sector_size(sqlite3_file *file)
{
    return file_of(file)->system->pMethods->xSectorSize(file_of(file)->system);
}

static int wal_device_characteristics(sqlite3_file *file)
{
    return file_of(file)->system->pMethods->xDeviceCharacteristics(file_of(file)->system);
}

static const sqlite3_io_methods wal_methods = {
    .iVersion = 1, /* The log is neither mapped nor shared memory. */
    .xClose = wal_close,
    .xRead = wal_read,
    .xWrite = wal_write,
    .xTruncate = wal_truncate,
    .xSync = wal_sync,
    .xFileSize = wal_size,
    .xLock = wal_lock,
    .xUnlock = wal_unlock,
    .xCheckReservedLock = wal_check_reserved_lock,
    .xFileControl = wal_control,
    .xSectorSize = wal_sector_size,
    .xDeviceCharacteristics = wal_device_characteristics,
};

/* ---- The VFS ---- */

/* All files but logs are the system's own. */
static int vfs_open(sqlite3_vfs *base, const char *path, sqlite3_file *file, int flags, int *got)
{
    sqlite3_vfs *system = ((struct wal_vfs *)(void *)base)->system;
    if ((flags & SQLITE_OPEN_WAL) == 0) return system->xOpen(system, path, file, flags, got);
    struct wal_file *own = file_of(file);
    *own = (struct wal_file){.system = (sqlite3_file *)(own + 1)};
    int result = system->xOpen(system, path, own->system, flags, got);
    if (own->system->pMethods != NULL) own->base.pMethods = &wal_methods;
    return result;
}

const char *db_wal_vfs(void)
{
    if (sqlite3_vfs_find(VFS_NAME) != NULL) return VFS_NAME;
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    struct wal_vfs *vfs = system == NULL ? NULL : calloc(1, sizeof *vfs); /* SQLite's, for ever. */
    if (vfs == NULL) return NULL;
    vfs->system = system;
    vfs->base = *system; /* Its other methods are none of ours. */
    vfs->base.zName = VFS_NAME;
    vfs->base.pNext = NULL;
    vfs->base.szOsFile = (int)sizeof(struct wal_file) + system->szOsFile;
    vfs->base.xOpen = vfs_open;
    if (sqlite3_vfs_register(&vfs->base, 0) == SQLITE_OK) return VFS_NAME;
    free(vfs);
    return NULL;
}
