/* SQLite's write-ahead log, written in few large pieces.
 *
 * For each page of a transaction SQLite writes the head of a frame, then the page: a small commit
 * is twenty system calls or more, all but the last of them one behind the other. Here they gather
 * in memory and go to the file together, at the latest with the last frame of the transaction: so
 * before the sync, and before any other connection is told that there is something to be read.
 * Whoever reads, syncs, measures or cuts the file through the same connection finds all in it. */
#pragma once

/* The name of the VFS to open writing connections with, which is made first; NULL: no memory, and
 * SQLite's own does. It goes through the VFS that is the default at that time. */
const char *db_wal_vfs(void);
