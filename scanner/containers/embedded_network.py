"""Neural networks inside other files: in native libraries and programs, and one behind the other in data files.

A network that a compiler put among a program's constants, or a packer joined with others, begins like a file of its
format. Such beginnings are looked for, and what follows one up to the next is given as a member, to be read as what it
is. A beginning alone proves little: each is checked for a description that can be right.

A file is opened only if one of the two marks stands in it; then they are looked for once more, to know where.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import slices
from scanner.formats.buffers import matches_in
from scanner.formats.mapped import windows
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_PROGRAMS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_FLAT, _PROTO = b"TFL3", b"\x12\x07pytorch"
INFO = Info(
    name="embedded-network",
    version=2,
    line="Neural networks inside programs, native libraries and joined data files (TensorFlow Lite, ONNX by PyTorch)",
    specification="https://flatbuffers.dev/internals/, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto",
    limits="Networks that are compressed or encrypted inside, of other formats or by other producers are not found.",
    suffixes=(".bin", ".dat", ".data", ".blob", ".model", ".models", ".pack", ".pak", ".bundle", ".res"),
    magics=(*map(Magic, _PROGRAMS), Magic(_FLAT, 4)),
    marks=(_FLAT, _PROTO),
)
RANDOM_ACCESS = True
WHOLE = False

_SHORTEST_BYTES = 2048
_FIND_FLAT, _FIND_PROTO = re.compile(_FLAT), re.compile(_PROTO)
_LARGEST_ROOT = 1 << 12
_MOST = 256
_OVERLAP_BYTES = 16
"""More than either beginning is long, so that none is cut by the edge of a window."""


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give each network up to the beginning of the next.

    Raises:
        Unreadable: limit, where there are more than can be meant.
    """
    data = source.view()
    if len(data) < _SHORTEST_BYTES:
        return
    jail = Jail()
    for number, (start, end) in enumerate(pairwise([*_starts(data), len(data)])):
        budget.spend_items()
        if number >= _MOST:
            raise Unreadable(Cause.LIMIT, f"It holds more than {_MOST} beginnings of networks; the rest was not read.")
        size = (_length(data[start:end]) if data[start] == 8 else end - start) or end - start
        name = jail.admit(f"(network at {start:#x})")
        read = partial(slices, data, start, size, budget)
        yield Member(name=name.text, kind="file", size=size, chunks=read, notes=name.notes)


def _starts(data: memoryview) -> Iterator[int]:
    """Where networks begin, but for one that the file itself is; each once, roughly in order."""
    base, told = 0, -1
    for window in windows(data, overlap=_OVERLAP_BYTES):
        flat = (base + found.start() - 4 for found in matches_in(_FIND_FLAT, window))
        proto = (base + found.start() - 2 for found in matches_in(_FIND_PROTO, window))
        starts = {*filter(partial(_is_flat, data), flat), *filter(partial(_is_proto, data), proto)}
        for start in sorted(starts):
            if start > max(told, 0):
                told = start
                yield start
        base += len(window) - _OVERLAP_BYTES


def _is_flat(data: memoryview, start: int) -> bool:
    """Whether the first table lies near, and its layout has a length that can be."""
    if start < 0:
        return False
    root = start + int.from_bytes(data[start : start + 4], "little")
    if not start + 8 <= root <= min(start + _LARGEST_ROOT, len(data) - 4):
        return False
    layout = root - int.from_bytes(data[root : root + 4], "little", signed=True)
    length = int.from_bytes(data[layout : layout + 2], "little") if start < layout < len(data) - 2 else 0
    return 4 < length <= 64 and length % 2 == 0


def _is_proto(data: memoryview, start: int) -> bool:
    """Whether a small version stands before the producer, and fields of a model behind."""
    return start >= 0 and data[start] == 8 and data[start + 1] < 32 and _length(data[start:]) > _SHORTEST_BYTES


def _length(data: memoryview) -> int:
    """How many bytes read as fields of a model, one behind the other."""
    at = 0
    known = {0x08, 0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72}
    while at < len(data) and data[at] in known:
        key, at = data[at], at + 1
        value, at = _number(data, at)
        if value < 0 or (key & 7 == 2 and value > len(data) - at):
            return 0
        at += value if key & 7 == 2 else 0
    return at


def _number(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    return -1, at
