"""Firmware: what lies in the flash memory of a device or in an update for it, found by how it begins.

```
loader, settings, headers of the maker │ kernel, compressed │ file system │ …      wherever the maker put them
```
Every beginning is checked by what its format says next: a checksum, a length, the first bytes unpacked. What follows up
to the next one is a member, to be opened as what it is. Stretches between them that are packed or encrypted in a way
nobody here knows are told by place and size.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice, pairwise
from math import log2
from operator import itemgetter
from typing import NamedTuple

from scanner.containers import Member, disk_image
from scanner.containers.firmware_kinds import COMPRESSED, KINDS, LOOK_BYTES, PartKind
from scanner.containers.jail import Jail
from scanner.containers.stored import part
from scanner.formats.mapped import windows
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

NAMES = (".bin", ".img", ".fw", ".rom", ".firmware", ".chk", ".dav", ".upd", ".update", ".flash", ".mtd")
_SHORTEST, _LONGEST = 4096, 4 << 30
_MOST = 256
_MOST_TRIED = 1 << 20
_LARGEST_HEADER = 96
_OVERLAP = 2048
"""Longer than any mark, and than what lies before the mark of a part."""
_TOLD_FROM_BYTES = 32 << 10
_SAMPLES, _SAMPLE_BYTES = 16, 4096
_RANDOM_BITS = 7.9
"""Of eight a byte: text and code have at most about 6.5, compressed and encrypted bytes nearly 8."""
_OTHER_FILES = (b"\x7fELF", b"MZ", b"PK\3\4", b"\x80\2", b"\x80\3", b"\x80\4", b"GGUF", b"\x89HDF", b"SQLite format")


_PROGRAM = ".bin"
"""What unpacked parts are called by, so that the file systems in a kernel are found."""
_PACKED = frozenset(kind.name for kind in COMPRESSED)
_UNKNOWN_BY_BEGINNING = frozenset({"lzma"})
"""What has no mark that is enough for a file of any name."""
_KERNELS = ("(kernel)", "kernel", "vmlinux", "image")
_IS_KERNEL = (b"ARM\x64", 56)
_Beginning = tuple[int, PartKind]


class Found(NamedTuple):
    """A part of firmware."""

    start: int
    kind: str
    size: int
    """0: up to the next one."""


INFO = Info(
    name="firmware",
    version=4,
    line="File systems, kernels and packed parts inside firmware of devices, found by how they begin",
    specification="https://www.kernel.org/doc/html/latest/filesystems/",
    limits="Parts that begin like nothing known are searched for bytes alone, and told where they look packed or "
    "encrypted. Files of more than 4 GiB are not searched for parts.",
    names=_KERNELS,
    suffixes=NAMES,
    magics=(Magic(b"\x85\x19"), Magic(b"\x19\x85"), Magic(*_IS_KERNEL)),
    marks=tuple(kind.mark for kind in KINDS),
    marks_group="parts",
)
RANDOM_ACCESS = True
WHOLE = False


def wants(name: str, head: bytes) -> bool:
    """Whether it has a name of firmware or of a kernel and does not begin like a file of another kind."""
    if name in _KERNELS or head.startswith(*_IS_KERNEL):
        return b"\0" in head and not head.startswith(_OTHER_FILES[2:])
    return name.endswith(NAMES) and b"\0" in head and not head.startswith(_OTHER_FILES)


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Each part.

    Raises:
        Unreadable: There are more than can be meant, or packed bytes lie between them.
    """
    if not _is_firmware(source):
        return
    data = source.view()
    found: list[Found] = []
    for one in parts_of(source, budget, KINDS):
        found.append(one)
        if len(found) > _MOST:
            raise Unreadable(Cause.LIMIT, f"It holds more than {_MOST} beginnings of parts; the rest was not read.")
    jail = Jail()
    unread: list[tuple[int, int]] = []
    end = 0
    for this, following in pairwise([*found, Found(len(data), "", 0)]):
        unread.append((end, this.start))
        end = min(this.start + this.size, len(data)) if this.size else following.start
        yield part(data, _name(this), this.start, end - this.start, jail, budget)
    unread.append((end, len(data)))
    packed = [(start, stop) for start, stop in unread if is_packed(data[start:stop])]
    if packed:
        told = ", ".join(f"{stop - start:,} bytes from offset {start:,}" for start, stop in packed[:8])
        raise Unreadable(
            Cause.UNSUPPORTED, f"Parts of the firmware look packed or encrypted and were not read: {told}."
        )


def parts_of(source: Source, budget: Budget, kinds: Sequence[PartKind]) -> Iterator[Found]:
    """The parts of some kinds, in their order."""
    yield from _parts(_counted(source, budget, kinds), source.view())


def has_parts(source: Source) -> bool:
    """Whether a part begins somewhere behind the beginning."""
    return next(_parts(islice(_beginnings(source, KINDS), _MOST_TRIED), source.view()), None) is not None


def _is_firmware(source: Source) -> bool:
    # A disk or a file system is opened as that, and its content need not be looked through.
    return _SHORTEST <= source.size <= _LONGEST and not disk_image.confirms(source) and has_parts(source)


def _name(found: Found) -> str:
    """What a part is called: by its ending it is known again, and what comes out of a packed one is looked through."""
    inner = _PROGRAM if found.kind in _PACKED else ""
    return f"({found.kind} at {found.start:#x}){inner}.{found.kind}"


def _counted(source: Source, budget: Budget, kinds: Sequence[PartKind]) -> Iterator[_Beginning]:
    for one in _beginnings(source, kinds):
        budget.spend_items()
        yield one


def _parts(beginnings: Iterator[_Beginning], data: memoryview) -> Iterator[Found]:
    """The parts in their order, without those that lie in another one; one at the very beginning is the file itself,
    which is opened as that."""
    end = 0
    for start, kind in beginnings:
        if start < end or (not start and kind.name not in _UNKNOWN_BY_BEGINNING):
            continue
        length = kind.size(data[start:])
        if length < 0 or (length and length < _LARGEST_HEADER) or start + length > len(data) + LOOK_BYTES:
            continue
        yield Found(start, kind.name, length)
        end = start + max(length, 1)


def _beginnings(source: Source, of: Sequence[PartKind]) -> Iterator[_Beginning]:
    """Where a part of each kind may begin, in the order of the places; of the kinds whose mark was seen, if that is
    known."""
    data = source.view()
    kinds = [kind for kind in of if not source.focus or kind.mark.decode("latin-1") in source.focus]
    base = 0
    for window in windows(data, overlap=_OVERLAP):
        held = bytes(window)
        end = len(held) - _OVERLAP if base + len(held) < len(data) else len(held)
        yield from merge(*(_places(held, base, end, kind) for kind in kinds), key=itemgetter(0))
        base += end


def _places(held: bytes, base: int, end: int, kind: PartKind) -> Iterator[_Beginning]:
    """The places of one kind that lie before `end` in a stretch held in memory; `base` is where that begins."""
    at = held.find(kind.mark, kind.before)
    while 0 <= at < end + kind.before:
        yield base + at - kind.before, kind
        at = held.find(kind.mark, at + len(kind.mark))


def is_packed(stretch: memoryview) -> bool:
    """Whether the bytes are as random as only compression or encryption makes them."""
    if len(stretch) < _TOLD_FROM_BYTES:
        return False
    step = len(stretch) // _SAMPLES
    samples = (bytes(stretch[at : at + _SAMPLE_BYTES]) for at in range(0, step * _SAMPLES, step))
    return sum(_bits_a_byte(sample) > _RANDOM_BITS for sample in samples) > _SAMPLES // 2


def _bits_a_byte(sample: bytes) -> float:
    counts, whole = Counter(sample).values(), len(sample)
    return -sum(count / whole * log2(count / whole) for count in counts)
