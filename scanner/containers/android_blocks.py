"""Android's updates in blocks, as they were before `payload.bin` and still are for many tablets and kiosks.

```
NAME.transfer.list: version │ blocks │ from version 2 on two numbers more │ commands: new, zero, erase 2,FIRST,END …
NAME.new.dat, or NAME.new.dat.br by Brotli: the blocks of 4 KiB of all commands “new”, one behind the other
```
Specification: AOSP, bootable/recovery, updater/blockimg.cpp. A full update writes everything; one that moves or patches
blocks changes what only a device has, and is told.
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.spool import spooled
from scanner.containers.stored import PIECE_BYTES, slices
from scanner.containers.streams import BROTLI, Streams
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="android-blocks",
    version=1,
    line="Full updates of Android in blocks (.transfer.list with .new.dat): the images of the partitions",
    specification="https://android.googlesource.com/platform/bootable/recovery/+/HEAD/updater/blockimg.cpp",
    limits="Updates that only change an earlier system, which is not there, are reported as unread.",
    suffixes=(".transfer.list",),
)
RANDOM_ACCESS = True
SPLITS = False

_BLOCK = 4096
_BLOCKS = (".new.dat", ".new.dat.br")
_LARGEST_LIST = 16 << 20
_OF_FULL = frozenset({"new", "zero", "erase"})


class _Stretch(NamedTuple):
    first: int
    end: int
    start: int
    """Of its content among that of all that is new, in blocks."""


def parts(name: str) -> tuple[str, ...]:
    """The list beside the blocks of an update, as seen from a file of that name."""
    base = name.rpartition("/")[2]
    stem = next((base[: -len(ending)] for ending in _BLOCKS if base.endswith(ending)), "")
    return (f"{stem}.transfer.list",) if stem else ()


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The image of the partition. Raises `Unreadable` where its content is not there, or it changes an earlier one."""
    if source.size > _LARGEST_LIST:
        raise Unreadable(Cause.LIMIT, "The list of the update is larger than 16 MiB.")
    lines = bytes(source.view()).decode("ascii", "replace").splitlines()
    stretches = sorted(_stretches(lines[2:], budget))
    content = _content(source, budget)
    size = max((stretch.end for stretch in stretches), default=0) * _BLOCK
    stem = source.name[: -len(".transfer.list")]
    name = Jail().admit(f"{stem}.img")
    read = partial(_image, content, stretches, budget)
    yield Member(name=name.text, kind="file", size=size, chunks=read, notes=name.notes)


def _stretches(lines: list[str], budget: Budget) -> Iterator[_Stretch]:
    """What the commands write, in their order."""
    at = 0
    for line in lines:
        budget.spend_items()
        command, _, told = line.partition(" ")
        if not command or command.isdigit():
            continue
        if command not in _OF_FULL:
            reason = "The update changes an earlier state of this partition, which is not there; it was not read."
            raise Unreadable(Cause.VANISHED, reason)
        places = [int(number) for number in told.split(",")[1:] if number.isascii() and number.isdigit()]
        for first, end in zip(places[::2], places[1::2], strict=False) if command == "new" else ():
            budget.spend_items()
            if end > first:
                yield _Stretch(first, end, at)
                at += end - first


def _content(source: Source, budget: Budget) -> memoryview:
    stem = source.name[: -len("transfer.list")]
    plain = source.group(f"{stem}new.dat")
    if plain is not None:
        return plain.view()
    packed = source.group(f"{stem}new.dat.br")
    if packed is None:
        raise Unreadable(Cause.VANISHED, "The blocks of the update, in a file beside its list, are not there.")
    return memoryview(spooled(Streams(BROTLI, packed.view()).pieces(budget)))


def _image(content: memoryview, stretches: list[_Stretch], budget: Budget) -> Iterator[bytes]:
    """The blocks in their order, and zeros where nothing is written."""
    at = 0
    for first, end, start in stretches:
        budget.spend_items()
        for gap in range(at, first, PIECE_BYTES // _BLOCK):
            length = min(PIECE_BYTES, (first - gap) * _BLOCK)
            budget.spend_bytes(length)
            yield bytes(length)
        if first < at:
            raise Unreadable(Cause.DAMAGED, "The update writes some blocks twice; what came before was read.")
        yield from slices(content, start * _BLOCK, (end - first) * _BLOCK, budget)
        at = end
