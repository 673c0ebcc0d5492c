"""Where the code of a program lies in its file, and whether it looks like code at all.

Machine code has order: a fast compressor makes a page of it a third smaller or more. Packed or encrypted code has none.

Specification: ELF gABI chapter 5; PE/COFF §4; mach-o/loader.h.
"""

import struct
import zlib
from collections.abc import Iterator

_PT_LOAD, _EXECUTABLE = 1, 1
_CODE = 0x20000000
_ROOM_FOR_CHANGES = b".textbss"
_MOST_PARTS = 4096
_LEAST_BYTES = 16 << 10
"""Less code than this is not judged: a short part may be a table."""
_MOST_JUDGED = 8
_SAMPLES, _SAMPLE_BYTES = 6, 2048
_ZEROS = 0.02
"""Noise has a fifth of that."""
_NOISE = 0.97
"""A sample of noise does not shrink below this part of its size; code shrinks to 0.4 to 0.8."""


def code_parts(data: memoryview) -> list[tuple[int, int]]:
    """Offset and size of each part that runs; empty where the file is no program, or its tables are damaged."""
    begins = bytes(data[:6])
    try:
        if begins.startswith(b"\x7fELF") and len(begins) == 6:
            found = _of_elf(data, is_wide=begins[4] == 2, order=">" if begins[5] == 2 else "<")
        elif begins.startswith(b"MZ"):
            found = _of_pe(data)
        elif begins[1:4] == b"\xfa\xed\xfe":
            found = _of_macho(data, is_wide=begins[:1] == b"\xcf")
        else:
            return []
        return [(start, min(size, len(data) - start)) for start, size in found if size > 0 and start < len(data)]
    except (struct.error, OverflowError):  # an offset may be larger than any file
        return []


def looks_like_noise(data: memoryview) -> bool:
    """Whether a part that runs is packed or encrypted; looks at a few KiB of each of the largest."""
    parts = sorted(code_parts(data), key=lambda part: -part[1])[:_MOST_JUDGED]
    return any(_is_noise(data, start, size) for start, size in parts if size >= _LEAST_BYTES)


def _is_noise(data: memoryview, start: int, size: int) -> bool:
    step = (size - _SAMPLE_BYTES) // _SAMPLES
    ordered = 0
    for number in range(_SAMPLES):
        at = start + number * step + step // 2
        if _has_order(bytes(data[at : at + _SAMPLE_BYTES])):
            ordered += 1
            if ordered == 2:  # one may be filling between two parts
                return False
    return True


def is_filled_later(data: memoryview) -> bool:
    """Whether a Windows program has a part that runs, of which nothing is in the file: packers unpack into it.

    Linkers that leave room for later changes make one too, under a name of its own.
    """
    try:
        return any(
            flags & _CODE and not size and memory >= _LEAST_BYTES and name != _ROOM_FOR_CHANGES
            for name, memory, size, _offset, flags in _sections_of_pe(data)
        )
    except (struct.error, OverflowError):
        return False


def _has_order(sample: bytes) -> bool:
    # Zeros are in nearly all code, and counting them is a hundred times as fast as compressing.
    return sample.count(0) > _ZEROS * _SAMPLE_BYTES or len(zlib.compress(sample, 1)) < _NOISE * _SAMPLE_BYTES


def _of_elf(data: memoryview, *, is_wide: bool, order: str) -> Iterator[tuple[int, int]]:
    (table,) = struct.unpack_from(order + ("Q" if is_wide else "I"), data, 32 if is_wide else 28)
    row_bytes, count = struct.unpack_from(order + "2H", data, 54 if is_wide else 42)
    row = struct.Struct(order + ("2IQ16xQ" if is_wide else "2I8xI4xI"))
    for number in range(min(count, _MOST_PARTS)):
        if is_wide:
            kind, flags, offset, size = row.unpack_from(data, table + number * row_bytes)
        else:
            kind, offset, size, flags = row.unpack_from(data, table + number * row_bytes)
        if kind == _PT_LOAD and flags & _EXECUTABLE:
            yield offset, size


def _of_pe(data: memoryview) -> Iterator[tuple[int, int]]:
    return ((offset, size) for _name, _memory, size, offset, flags in _sections_of_pe(data) if flags & _CODE)


def _sections_of_pe(data: memoryview) -> Iterator[tuple[bytes, int, int, int, int]]:
    """Name, size in memory and in the file, offset and flags of each section; nothing of any other file."""
    if bytes(data[:2]) != b"MZ":
        return
    (header,) = struct.unpack_from("<I", data, 60)
    if bytes(data[header : header + 4]) != b"PE\0\0":
        return
    count, optional_bytes = struct.unpack_from("<2xH12xH", data, header + 4)
    for number in range(min(count, _MOST_PARTS)):
        row = header + 24 + optional_bytes + 40 * number
        name, memory, size, offset, flags = struct.unpack_from("<8sI4x2I12xI", data, row)
        yield name.rstrip(b"\0"), memory, size, offset, flags


def _of_macho(data: memoryview, *, is_wide: bool) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from("<I", data, 16)
    at = 32 if is_wide else 28
    segment = struct.Struct("<40x2Q2I" if is_wide else "<32x2I2I")
    for _ in range(min(count, _MOST_PARTS)):
        kind, length = struct.unpack_from("<2I", data, at)
        if kind == (0x19 if is_wide else 1):
            offset, size, _, rights = segment.unpack_from(data, at)
            if rights & 4:  # VM_PROT_EXECUTE
                yield offset, size
        at += max(length, 8)
