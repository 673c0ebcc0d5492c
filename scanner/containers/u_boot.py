"""Images for the boot loader U-Boot: the older ones (uImage) and those built as a device tree (FIT).

```
uImage: 27051956 | checksum, time | length, addresses, checksum | system, machine, kind, compression | name │ content
        of the kind "multi": lengths of the parts, 0 │ parts, each filled to 4
FIT:    d00dfeed | length | structure | texts │ structure: nodes (1 name … 2) with values (3 length, name) up to 9
        /images/NAME: data, or data-size with data-offset (behind the tree) or data-position │ all big-endian
```
Behind an image often lies a file system, of which the loader does not need to know.
Specification: U-Boot, include/image.h and doc/usage/fit; the Devicetree Specification, 5. Compressed parts get the
ending of their compression and are opened as what they are.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import part, rest
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_OLD, _TREE = b"\x27\x05\x19\x56", b"\xd0\x0d\xfe\xed"
INFO = Info(
    name="u-boot",
    version=2,
    line="Images for the boot loader U-Boot (uImage, FIT)",
    specification="https://docs.u-boot.org/en/latest/usage/fit/source_file_format.html",
    limits="Signatures are not checked, and encrypted parts are not read.",
    magics=(Magic(_OLD), Magic(_TREE)),
    refines=("not-read",),
)
RANDOM_ACCESS = True

_HEADER = struct.Struct(">4s6I4B32s")
_RAMDISK, _MULTI = 3, 4
_WITHOUT_PROGRAMS = frozenset({"ramdisk", "flat_dt", "script"})
_MOST_PARTS, _DEEPEST = 64, 32
_ENDINGS = {1: ".gz", 2: ".bz2", 3: ".lzma", 4: ".lzo", 5: ".lz4", 6: ".zst"}
_BEGIN, _END, _VALUE, _NOTHING, _LAST = 1, 2, 3, 4, 9


class _Value(NamedTuple):
    path: str
    """Of the node that has it, then its own name."""
    start: int
    size: int


def wants(_name: str, head: bytes) -> bool:
    """Whether it is an image, and no bare device tree, which holds no program."""
    return head.startswith(_OLD) or b"\0images\0" in head or b"images\0\0" in head


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The parts. Raises `Unreadable` after those that could be listed, where it is damaged."""
    yield from (_old if source.head.startswith(_OLD) else _tree)(source.view(), budget)


def _old(data: memoryview, budget: Budget) -> Iterator[Member]:
    if len(data) < _HEADER.size:
        raise Unreadable(Cause.DAMAGED, "The image ends inside its header.")
    _, _, _, size, _, _, _, _, _, kind, compression, raw = _HEADER.unpack_from(data)
    name = raw.partition(b"\0")[0].decode("utf-8", "backslashreplace").replace("/", "_") or "image"
    jail, at = Jail(), _HEADER.size
    if kind != _MULTI:
        inner = "" if kind == _RAMDISK else ".bin"
        yield part(data, f"{name}{inner}{_ENDINGS.get(compression, '')}", at, size, jail, budget)
        yield from rest(data, at + size, jail, budget)
        return
    sizes: list[int] = []
    while at + 4 <= len(data) and len(sizes) < _MOST_PARTS:
        length = int.from_bytes(data[at : at + 4], "big")
        at += 4
        if not length:
            break
        sizes.append(length)
    for number, length in enumerate(sizes):
        ending = _ENDINGS.get(compression, "") if not number else ""
        yield part(data, f"{name} {number}.bin{ending}", at, length, jail, budget)
        at += -(-length // 4) * 4
    yield from rest(data, max(at, _HEADER.size + size), jail, budget)


def _tree(data: memoryview, budget: Budget) -> Iterator[Member]:
    if len(data) < 40:
        raise Unreadable(Cause.DAMAGED, "The image ends inside its header.")
    whole, _, _ = struct.unpack_from(">3I", data, 4)
    behind = end = -(-whole // 4) * 4
    found: dict[str, dict[str, _Value]] = {}
    for value in _values(data, budget):
        steps = value.path.split("/")
        if len(steps) == 4 and steps[1] == "images":
            found.setdefault(steps[2], {})[steps[3]] = value
    jail = Jail()
    for name, values in found.items():
        place = _place(data, values, behind)
        if place is not None:
            compression = _text(data, values.get("compression"))
            ending = {"gzip": ".gz", "bzip2": ".bz2", "none": ""}.get(
                compression, f".{compression}" * bool(compression)
            )
            inner = "" if _text(data, values.get("type")) in _WITHOUT_PROGRAMS else ".bin"
            yield part(data, f"{name}{inner}{ending}", *place, jail, budget)
            end = max(end, sum(place))
    yield from rest(data, end, jail, budget)


def _place(data: memoryview, values: dict[str, _Value], behind: int) -> tuple[int, int] | None:
    """Where a part lies and its length: in the tree, or outside of it."""
    if "data" in values:
        return values["data"].start, values["data"].size
    if "data-size" not in values:
        return None
    size = _number(data, values["data-size"])
    if "data-position" in values:
        return _number(data, values["data-position"]), size
    return behind + _number(data, values.get("data-offset")), size


def _values(data: memoryview, budget: Budget) -> Iterator[_Value]:
    _, structure, texts = struct.unpack_from(">3I", data, 4)
    at, path = structure, [""]
    while at + 4 <= len(data):
        budget.spend_items()
        token = int.from_bytes(data[at : at + 4], "big")
        at += 4
        if token == _BEGIN:
            name = _string(data, at)
            if len(path) > _DEEPEST:
                raise Unreadable(Cause.DAMAGED, "The tree of the image is nested too deeply.")
            path = [*path, name] if at > structure + 4 else path
            at += -(-(len(name) + 1) // 4) * 4
        elif token == _END:
            path = path[:-1] or [""]
        elif token == _VALUE and at + 8 <= len(data):
            length, name_at = struct.unpack_from(">2I", data, at)
            yield _Value("/".join((*path, _string(data, texts + name_at))), at + 8, length)
            at += 8 + -(-length // 4) * 4
        elif token != _NOTHING:
            if token != _LAST:
                raise Unreadable(Cause.DAMAGED, "The tree of the image is damaged.")
            return


def _string(data: memoryview, at: int) -> str:
    return bytes(data[at : at + 256]).partition(b"\0")[0].decode("latin-1")


def _text(data: memoryview, value: _Value | None) -> str:
    return _string(data, value.start) if value is not None else ""


def _number(data: memoryview, value: _Value | None) -> int:
    return int.from_bytes(data[value.start : value.start + min(value.size, 8)], "big") if value is not None else 0
