"""The disk of a service that runs over faulty_vfs.c: breaks it, mends it, and takes its power away.

    disk = FaultyDisk(folder)
    Popen([BUILD / "tests" / "budget-faulty", …], env={**os.environ, **disk.environment})
    disk.set("sync_fails", 1)

faulty_vfs.h has the words and the records that are read here.
"""

import mmap
import pathlib
import struct

WORDS = ("sync_fails", "sync_lies", "full", "space", "error_every", "generation",
         "calls", "errors", "syncs", "lies")
HEAD = struct.Struct("<cqqq")


class FaultyDisk:
    def __init__(self, folder):
        path = pathlib.Path(folder) / "faulty-disk"
        path.write_bytes(bytes(8 * len(WORDS)))
        self.file = open(path, "r+b")
        self.words = mmap.mmap(self.file.fileno(), 0)
        self.environment = {"SOTONG_FAULTY_DISK": str(path)}

    def set(self, word, value):
        struct.pack_into("<q", self.words, 8 * WORDS.index(word), value)

    def get(self, word):
        return struct.unpack_from("<q", self.words, 8 * WORDS.index(word))[0]

    def mend(self):
        for word in ("sync_fails", "sync_lies", "full", "error_every"):
            self.set(word, 0)

    def close(self):
        self.words.close()
        self.file.close()


def records(journal):
    """(kind, offset, old bytes, size before) of each record."""
    at = 0
    while at < len(journal):
        kind = journal[at:at + 1]
        if kind in (b"S", b"F"):
            yield kind, 0, b"", 0
            at += 1
            continue
        if len(journal) - at < HEAD.size:
            return # The service was killed while it wrote the record; its change has not begun.
        kind, offset, length, size = HEAD.unpack_from(journal, at)
        at += HEAD.size
        if len(journal) - at < length:
            return
        yield kind, offset, journal[at:at + length], size
        at += length


def sectors(offset, length, sector):
    return range(offset // sector, (offset + length + sector - 1) // sector)


def after_power_loss(content, journal, sector, keep):
    """What the file holds after a loss of power: of every sector that was written and not yet on
    the disk, keep() says whether it got there. Also how many did not."""
    changes = list(records(journal))
    dirty, durable, size_after = set(), {}, len(content)
    durable_size = None
    for index, (kind, offset, old, size) in enumerate(changes):
        if kind == b"S":
            for one in dirty:
                durable[one] = index
            durable_size = size_after
        elif kind != b"F":
            if durable_size is None:
                durable_size = size
            size_after = offset if kind == b"T" else max(size, offset + len(old))
            dirty.update(sectors(offset, len(old), sector))
            continue
        dirty = set()
    if durable_size is None:
        return content, 0
    touched = {one for kind, offset, old, _ in changes if kind in (b"W", b"T")
               for one in sectors(offset, len(old), sector)}
    reached = {one for one in sorted(touched) if keep()}
    end = max([len(content), durable_size] + [offset + len(old) for _, offset, old, _ in changes])
    image = bytearray(content) + bytes(end - len(content))
    lost = set()
    for index in range(len(changes) - 1, -1, -1):
        kind, offset, old, _ = changes[index]
        if kind in (b"S", b"F"):
            continue
        for one in sectors(offset, len(old), sector):
            if one in reached or index < durable.get(one, 0):
                continue
            begin, stop = max(offset, one * sector), min(offset + len(old), (one + 1) * sector)
            image[begin:stop] = old[begin - offset:stop - offset]
            lost.add(one)
    size = len(content) if reached and keep() else durable_size
    return bytes(image[:size]), len(lost)


def crash(store, sector, keep):
    """After the service was killed: leaves of its store what a loss of power could have left. How
    many sectors were lost."""
    lost = 0
    for path in (pathlib.Path(store), pathlib.Path(f"{store}-wal")):
        journal = pathlib.Path(f"{path}.unsynced")
        if journal.exists() and path.exists():
            content, count = after_power_loss(path.read_bytes(), journal.read_bytes(), sector, keep)
            path.write_bytes(content)
            lost += count
        journal.unlink(missing_ok=True)
    pathlib.Path(f"{store}-shm").unlink(missing_ok=True)
    return lost
