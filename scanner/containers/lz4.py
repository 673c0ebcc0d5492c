"""Files compressed by LZ4, in its two formats: frames, and the older one of Linux kernels and Android's start images.

```
frame:  04224d18 | flags, size of a block, perhaps sizes, check | length (highest bit: as it is), block | … | 0 | check
legacy: 02214c18 | length, block of at most 8 MiB | …
```
Specification: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md. A frame whose
blocks look back into each other is read too.
"""

from collections.abc import Callable, Generator, Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.blocks import lz4_block
from scanner.containers.jail import Jail
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_FRAME, _LEGACY = b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18"
INFO = Info(
    name="lz4",
    version=3,
    line="Single files compressed by LZ4",
    specification="https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md",
    limits="Frames that need a dictionary are not read.",
    magics=(Magic(_FRAME), Magic(_LEGACY)),
    refines=("not-read",),
)
RANDOM_ACCESS = False

_LEGACY_BLOCK = 8 << 20
_SIZES = {4: 64 << 10, 5: 256 << 10, 6: 1 << 20, 7: 4 << 20}
_IS_INDEPENDENT, _HAS_BLOCK_CHECK, _HAS_SIZE, _HAS_CHECK, _HAS_DICTIONARY = 0x20, 0x10, 0x08, 0x04, 0x01
_PLAIN = 1 << 31
_WINDOW_BYTES = 64 << 10
_PIECE_BYTES = 1 << 20
_CUT = "Its compressed data ends early; what came before was read."


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The one member."""
    budget.spend_items()
    name = Jail().admit(source.name.removesuffix(".lz4"))
    blocks = _legacy if source.head.startswith(_LEGACY) else _frames
    read = partial(_pieces, blocks, source.view(), budget)
    yield Member(name=name.text, kind="file", size=0, chunks=read, notes=name.notes)


def _pieces(
    blocks: Callable[[memoryview, Budget], Iterator[bytes]], data: memoryview, budget: Budget
) -> Iterator[bytes]:
    for block in blocks(data, budget):
        for start in range(0, len(block), _PIECE_BYTES):
            yield block[start : start + _PIECE_BYTES]


def _legacy(data: memoryview, budget: Budget) -> Iterator[bytes]:
    at = 4
    while at + 4 <= len(data):
        budget.spend_items()
        length = int.from_bytes(data[at : at + 4], "little")
        at += 4
        if bytes(data[at - 4 : at]) == _LEGACY:  # another one follows
            continue
        if not 0 < length <= 2 * _LEGACY_BLOCK:  # what the kernel's build writes behind it: the size
            return
        if at + length > len(data):
            raise Unreadable(Cause.DAMAGED, _CUT)
        budget.spend_bytes(_LEGACY_BLOCK)
        yield lz4_block(bytes(data[at : at + length]), _LEGACY_BLOCK)
        at += length


def _frames(data: memoryview, budget: Budget) -> Iterator[bytes]:
    """One frame behind the other."""
    at = 0
    while not at or bytes(data[at : at + 4]) == _FRAME:
        at += yield from _frame(data[at:], budget)


def _frame(data: memoryview, budget: Budget) -> Generator[bytes, None, int]:
    """The blocks of a frame; gives back where it ends."""
    if len(data) < 7:
        raise Unreadable(Cause.DAMAGED, _CUT)
    flags, largest = data[4], _SIZES.get(data[5] >> 4 & 7, 0)
    if flags >> 6 != 1 or not largest or flags & _HAS_DICTIONARY:
        raise Unreadable(Cause.UNSUPPORTED, "This is a frame of LZ4 of a kind that frscan cannot read.")
    at = 7 + (8 if flags & _HAS_SIZE else 0)
    window = b""
    while True:
        budget.spend_items()
        header = int.from_bytes(data[at : at + 4], "little")
        length = header & ~_PLAIN
        at += 4
        if at > len(data) or at + length > len(data) or length > largest:
            raise Unreadable(Cause.DAMAGED, _CUT)
        if not header:
            return at + (4 if flags & _HAS_CHECK else 0)
        raw = bytes(data[at : at + length])
        budget.spend_bytes(largest)
        block = raw if header & _PLAIN else lz4_block(raw, largest, window)
        if not flags & _IS_INDEPENDENT:
            window = (window + block)[-_WINDOW_BYTES:]
        yield block
        at += length + (4 if flags & _HAS_BLOCK_CHECK else 0)
