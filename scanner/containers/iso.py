"""ISO 9660 images of CDs and DVDs, with the long names of Rock Ridge or Joliet, in place.

```
32 KiB for the system | volume descriptors, 2 KiB each: primary, supplementary (Joliet), end | folders and files
record: length, …, extent, size (each in both byte orders), …, flags, …, name | Rock Ridge: entries of 2 letters
```
Specification: ECMA-119; IEEE P1282 (Rock Ridge) and P1281 (SUSP); the Joliet specification. Extents may lie anywhere,
so a folder that was seen is not entered again, and the content of all files is held to the budget.
"""

from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Literal, NamedTuple

from scanner.containers import Member
from scanner.containers.hybrid_disc import is_hybrid, only_for_macs
from scanner.containers.jail import Jail, SafeName
from scanner.containers.stored import slices
from scanner.containers.volumes import apple_partitions
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="iso",
    version=2,
    line="ISO 9660 images of CDs and DVDs, with Joliet and Rock Ridge names, and what they have for Macs (HFS+)",
    specification="https://ecma-international.org/publications-and-standards/standards/ecma-119/",
    limits="UDF, where an image has nothing else, El Torito boot images, and compressed files (zisofs) are not read.",
    suffixes=(".iso",),
    magics=(Magic(bytes(16)), Magic(b"\x55\xaa", 510), *apple_partitions.MAGICS),
    refines=("disk-image",),
)
RANDOM_ACCESS = True

_SECTOR = 2048
_FIRST, _MOST_DESCRIPTORS = 16, 64
_PRIMARY, _SUPPLEMENTARY, _LAST = 1, 2, 255
_JOLIET = (b"%/@", b"%/C", b"%/E")
_FOLDER, _ASSOCIATED, _GOES_ON = 2, 4, 128
_DEEPEST = 100
_LARGEST_FOLDER = 64 << 20
_MOST_CONTINUATIONS = 32
_LONGEST_PATH = 1000
_UDF = (b"BEA01", b"NSR02", b"NSR03", b"TEA01")


class _Volume(NamedTuple):
    root: bytes
    block: int
    is_joliet: bool


class _Record(NamedTuple):
    name: str | bytes
    extents: tuple[tuple[int, int], ...]
    """Offset and size of each part, in bytes."""
    flags: int
    is_link: bool = False
    is_device: bool = False
    is_moved: bool = False
    """Whether it is a folder too deep for ISO 9660, which another record leads to."""


class _Folder(NamedTuple):
    path: str
    """As the image has it."""
    record: _Record
    depth: int


def wants(name: str, head: bytes) -> bool:
    """Whether it can be one: the mark lies behind the beginning."""
    return name.endswith(".iso") or len(head) >= _SECTOR


def confirms(source: Source) -> bool:
    """Whether a volume descriptor stands where the first one does."""
    mark = bytes(source.view(_FIRST * _SECTOR + 1, 5))
    return mark == b"CD001" or mark in _UDF


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the files of one tree: Rock Ridge's names if there are any, else Joliet's, else the short ones; and those
    that are there for Macs alone.

    Raises:
        Unreadable: After the last file that could be listed, where the image is damaged, cut or of UDF alone.
    """
    data = source.view()
    volume = _volume(data, budget)
    jail = Jail()
    listed: dict[str, tuple[tuple[int, int], ...]] | None = {} if is_hybrid(source) else None
    problem: Unreadable | None = None
    try:
        for record, name in _tree(data, volume, jail, budget):
            if listed is not None and not record.flags & _FOLDER:
                listed[name.text] = record.extents
            yield _member(data, record, name.text, name.notes, budget)
    except Unreadable as why:
        problem = why
    if listed is not None:
        yield from only_for_macs(source, listed, jail, budget)
    if problem is not None:
        raise problem


def _tree(data: memoryview, volume: _Volume, jail: Jail, budget: Budget) -> Iterator[tuple[_Record, SafeName]]:
    waiting = deque([_Folder("", _record(data, volume, memoryview(volume.root)), 0)])
    seen = set[int]()
    problem = ""
    while waiting:
        folder = waiting.pop()
        place, size = folder.record.extents[0]
        if place in seen or folder.depth > _DEEPEST:
            problem = problem if folder.record.is_moved else "A folder of the image is listed twice or lies too deep."
            continue
        seen.add(place)
        if place + size > len(data):
            problem = "A folder of the image lies behind its end."
        for record in _children(data, volume, folder.record, budget):
            path = _path(folder.path, record.name)
            name = jail.admit(path)
            if record.flags & _FOLDER:
                add = waiting.appendleft if record.is_moved else waiting.append  # the moved ones at last
                add(_Folder(path, record, folder.depth + 1))
            yield record, name
    if problem:
        raise Unreadable(Cause.DAMAGED, problem)


def _path(folder: str, name: str | bytes) -> str:
    text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
    return f"{folder[:_LONGEST_PATH]}/{text}" if folder else text


def _volume(data: memoryview, budget: Budget) -> _Volume:
    primary = joliet = None
    for number in range(_FIRST, _FIRST + _MOST_DESCRIPTORS):
        budget.spend_items()
        descriptor = bytes(data[number * _SECTOR : (number + 1) * _SECTOR])
        if descriptor[1:6] != b"CD001" or len(descriptor) < _SECTOR or descriptor[0] == _LAST:
            break
        block = int.from_bytes(descriptor[128:130], "little") or _SECTOR
        if descriptor[0] == _PRIMARY and primary is None:
            primary = _Volume(descriptor[156:190], block, is_joliet=False)
        if descriptor[0] == _SUPPLEMENTARY and descriptor[88:91] in _JOLIET:
            joliet = _Volume(descriptor[156:190], block, is_joliet=True)
    if primary is None and joliet is None:
        if bytes(data[_FIRST * _SECTOR + 1 : _FIRST * _SECTOR + 6]) in _UDF:
            raise Unreadable(
                Cause.UNSUPPORTED, "This is a disc image of the kind UDF; frscan cannot look inside it yet."
            )
        raise Unreadable(Cause.DAMAGED, "The disc image has no volume descriptor that could be read.")
    if primary is not None and (joliet is None or _has_rock_ridge(data, primary)):
        return primary
    assert joliet is not None
    return joliet


def _has_rock_ridge(data: memoryview, volume: _Volume) -> bool:
    """Whether the root's own record has a system use area of the SUSP (`SP`)."""
    start = _record(data, volume, memoryview(volume.root)).extents[0][0]
    record = bytes(data[start : start + 255])
    return bool(record) and b"SP\x07\x01\xbe\xef" in record[: record[0]]


def _children(data: memoryview, volume: _Volume, folder: _Record, budget: Budget) -> Iterator[_Record]:
    """The records of a folder without its own and its parent's; parts of one file are put together."""
    start, size = folder.extents[0]
    at, end = start, min(start + min(size, _LARGEST_FOLDER), len(data))
    parts: tuple[tuple[int, int], ...] = ()
    record = folder
    while at < end:
        length = data[at]
        if length < 34 or at + length > end:  # records do not cross sectors: the rest of this one is empty
            at = start + ((at - start) // _SECTOR + 1) * _SECTOR
            budget.spend_items()
            continue
        budget.spend_items()
        record = _record(data, volume, data[at : at + length], budget)
        at += length
        if record.name in (b"", b"\0", b"\1", "", "\0", "\1") or record.flags & _ASSOCIATED:
            continue
        parts += record.extents
        if not record.flags & _GOES_ON:
            yield record._replace(extents=parts)
            parts = ()
    if parts:  # a file that was to go on and does not
        yield record._replace(extents=parts)


def _record(data: memoryview, volume: _Volume, raw: memoryview, budget: Budget | None = None) -> _Record:
    block, size = int.from_bytes(raw[2:6], "little"), int.from_bytes(raw[10:14], "little")
    extents = (((block + raw[1]) * volume.block, size),)
    name_end = 33 + raw[32]
    name = bytes(raw[33:name_end])
    if volume.is_joliet:
        text = (
            name.decode("utf-16-be", "surrogatepass")
            if len(name) > 1 and len(name) % 2 == 0
            else name.decode("latin-1")
        )
        return _Record(text.partition(";")[0], extents, raw[25])
    record = _Record(name.partition(b";")[0].removesuffix(b"."), extents, raw[25])
    if budget is None or name in (b"\0", b"\1"):
        return record
    return _with_rock_ridge(data, record, raw[name_end + (1 - raw[32] % 2) :], budget)


def _with_rock_ridge(data: memoryview, record: _Record, area: memoryview, budget: Budget) -> _Record:
    long_name = b""
    for tag, entry in _entries(data, area, budget):
        if tag == b"NM" and len(entry) > 5 and not entry[4] & 6:
            long_name += entry[5:]
        elif tag == b"SL":
            record = record._replace(is_link=True)
        elif tag == b"PN":
            record = record._replace(is_device=True)
        elif tag == b"RE":
            record = record._replace(is_moved=True)
        elif tag == b"CL" and len(entry) >= 8:  # a folder too deep for ISO 9660 lies elsewhere
            place = int.from_bytes(entry[4:8], "little") * _SECTOR
            size = int.from_bytes(data[place + 10 : place + 14], "little")
            record = record._replace(extents=((place, size),), flags=record.flags | _FOLDER)
    return record._replace(name=long_name) if long_name else record


def _entries(data: memoryview, area: memoryview, budget: Budget) -> Iterator[tuple[bytes, bytes]]:
    """The entries of a system use area and of those that go on with it (`CE`)."""
    for _ in range(_MOST_CONTINUATIONS):
        at, more = 0, None
        while at + 4 <= len(area) and area[at + 2] >= 4:
            budget.spend_items()
            entry = bytes(area[at : at + area[at + 2]])
            at += len(entry)
            if entry.startswith(b"CE") and len(entry) >= 28:
                more = [int.from_bytes(entry[place : place + 4], "little") for place in (4, 12, 20)]
            elif entry.startswith(b"ST"):
                break
            yield entry[:2], entry
        if more is None:
            return
        start = more[0] * _SECTOR + more[1]
        area = data[start : start + min(more[2], _SECTOR)]


def _member(data: memoryview, record: _Record, name: str, notes: tuple[str, ...], budget: Budget) -> Member:
    size = sum(size for _, size in record.extents)
    kind: Literal["file", "folder", "link", "device"] = "file"
    if record.flags & _FOLDER:
        kind = "folder"
    elif not size and (record.is_link or record.is_device):
        kind = "link" if record.is_link else "device"
    read = partial(_content, data, record.extents, budget)
    return Member(name=name, kind=kind, size=size, chunks=read, notes=notes)


def _content(data: memoryview, extents: tuple[tuple[int, int], ...], budget: Budget) -> Iterator[bytes]:
    for start, size in extents:
        yield from slices(data, start, size, budget)
