/* A disk that breaks, for services under test: a SQLite VFS over the system's, of which one word
 * each in a file that is mapped into memory says how the main database and its log misbehave. A
 * test outside (faulty_disk.py) writes these words while the service runs, and reads the counters.
 *
 * Beside each of the two files stands `FILE.unsynced`: what they held before each write since the
 * last sync that kept its word. After the service was killed, the test makes of it what a loss of
 * power could have left (faulty_disk.py: crash). Its records, integers little-endian:
 *
 *     'W', 8 bytes offset, 8 bytes length, 8 bytes size of the file before; length old bytes (zeros
 *          beyond that size)
 *     'T'  the same of a truncation to `offset`, which takes `length` bytes away
 *     'S'  a sync that kept its word: all written since the last 'S' or 'F' is on the disk
 *     'F'  a sync that failed: what was written since then is not, and no later sync will write it,
 *          as Linux takes it for clean
 *
 * A sync that lies leaves no record. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The words of the control file, in its order; 64 bits each. */
struct faulty_control {
    /* Written by the test. */
    _Atomic uint64_t sync_fails;  /* 1: every sync fails. */
    _Atomic uint64_t sync_lies;   /* 1: syncs do nothing and say that all is well. */
    _Atomic uint64_t full;        /* 1: no more than `space` bytes more. */
    _Atomic int64_t space;        /* Bytes by which the files may still grow. */
    _Atomic uint64_t error_every; /* n: every nth call to the disk fails; 0: none. */
    _Atomic uint64_t generation;  /* Files opened under a lower one fail for ever: their disk went
                                   * away, and what came back has to be opened anew. */
    /* Counted here. */
    _Atomic uint64_t calls;
    _Atomic uint64_t errors; /* Calls that were made to fail. */
    _Atomic uint64_t syncs;  /* Those that kept their word. */
    _Atomic uint64_t lies;
};

/* Maps the control file, which must be there, and makes the VFS the default. To be called before
 * SQLite is used. False: it cannot; errno says why. */
bool faulty_vfs_install(const char *control_path);
