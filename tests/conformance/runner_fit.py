#!/usr/bin/env python3
"""Makes protobuf's conformance runner run on Debian 12.

    runner_fit.py RUNNER FITTED

The runner was linked against a newer C and C++ library than Debian 12 has. All that it takes from them
beyond Debian's are the five functions of runner_shim.c; but the dynamic linker looks at the versions
of the libraries first. Here every version that is too new becomes the first one that the runner asks of
the same library, so that the linker goes on and finds the five functions in the shim, which is
preloaded. Nothing else of the file changes.
"""
import struct
import sys

TOO_NEW = {b'GLIBC_2.38', b'GLIBCXX_3.4.32'}
SHT_GNU_VERNEED = 0x6FFFFFFE

# Of a 64-bit ELF file, little-endian: what stands where.
SECTIONS_AT = struct.Struct('<Q')     # at 0x28
SECTION_COUNTS = struct.Struct('<HH')  # at 0x3A: bytes of a header, number of headers
SECTION = struct.Struct('<IIQQQQIIQQ')  # name, type, flags, address, offset, size, link …
LIBRARY = struct.Struct('<HHIII')     # version, count, file, offset of versions, offset of the next
VERSION = struct.Struct('<IHHII')     # hash, flags, index, name, offset of the next


def string_at(data, at):
    return bytes(data[at:data.index(0, at)])


def fit(data):
    """Changes the versions in place; how many."""
    if data[:6] != b'\x7fELF\x02\x01':
        raise SystemExit('runner_fit: not a 64-bit little-endian ELF file')
    table, = SECTIONS_AT.unpack_from(data, 0x28)
    header_bytes, count = SECTION_COUNTS.unpack_from(data, 0x3A)
    sections = [SECTION.unpack_from(data, table + i * header_bytes) for i in range(count)]
    needs = next((s for s in sections if s[1] == SHT_GNU_VERNEED), None)
    if needs is None:
        raise SystemExit('runner_fit: the file asks for no versions')
    strings = sections[needs[6]][4]
    changed = 0
    library_at = needs[4]
    while True:
        _, versions, _, first, next_library = LIBRARY.unpack_from(data, library_at)
        version_at = library_at + first
        known = None
        for _ in range(versions):
            hashed, _, _, name, next_version = VERSION.unpack_from(data, version_at)
            if string_at(data, strings + name) not in TOO_NEW:
                known = known or (hashed, name)
            elif known is None:
                raise SystemExit('runner_fit: a library of which only too new a version is asked')
            else:
                struct.pack_into('<I', data, version_at, known[0])
                struct.pack_into('<I', data, version_at + 8, known[1])
                changed += 1
            version_at += next_version
        if next_library == 0:
            return changed
        library_at += next_library


def main():
    with open(sys.argv[1], 'rb') as runner:
        data = bytearray(runner.read())
    if fit(data) != len(TOO_NEW):
        raise SystemExit(f'runner_fit: {sys.argv[1]} asks for other versions than expected')
    with open(sys.argv[2], 'wb') as fitted:
        fitted.write(data)


if __name__ == '__main__':
    main()
