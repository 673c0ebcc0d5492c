"""Neural networks inside other files: among the constants of programs and libraries, one behind the other in a blob.

Readers of networks say which literals stand in every network of their format, and where a network with such a mark
begins and ends (`scanner/formats/networks`): by the structure, whoever wrote it. What is found is given as a member,
to be read as what it is; one whose end is not known reaches to the beginning of the next.

A file is opened only if a mark stands in it (`source.focus`); where they stand is mostly known (`source.focus_at`).
"""

import re
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import chain, pairwise

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import part
from scanner.formats.mapped import places_of
from scanner.formats.networks import Extent, found_inside
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_PROGRAMS = (
    *(b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"),
    *(b"\0asm", b"dex\n"),
)
_BEGINNINGS = tuple(m for reader in found_inside() for m in reader.INFO.magics if len(m.value) > 1)
INFO = Info(
    name="embedded-network",
    version=3,
    line="Neural networks inside programs, libraries and data files of any name, found by their structure",
    specification="https://flatbuffers.dev/internals/, https://protobuf.dev/programming-guides/encoding/",
    limits="Networks that are compressed or encrypted inside are not found, nor those of formats without a mark (MNN, "
    "Core ML, Paddle's older programs).",
    magics=(*map(Magic, _PROGRAMS), *_BEGINNINGS),
    marks=tuple(sorted({mark for reader in found_inside() for mark in reader.MARKS})),
)
RANDOM_ACCESS = True
WHOLE = False
UNKNOWN = True

_SHORTEST_BYTES = 64
_MOST = 256


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give each network but one that the file itself is.

    Raises:
        Unreadable: limit, where there are more than can be meant.
    """
    data = source.view()
    jail = Jail()
    found = 0
    for start, end in _stretches(_extents(source, budget), len(data)):
        if start == 0 or end - start < _SHORTEST_BYTES:
            continue
        if found >= _MOST:
            raise Unreadable(Cause.LIMIT, f"It holds more than {_MOST} networks; the rest was not read.")
        found += 1
        yield part(data, f"(network at {start:#x})", start, end - start, jail, budget)


def _stretches(extents: Iterable[Extent], size: int) -> Iterator[tuple[int, int]]:
    """From where to where; one whose end is not known reaches to the beginning of the next."""
    for extent, follower in pairwise(chain(extents, [Extent(size)])):
        yield extent.start, follower.start if extent.end is None else extent.end


def _extents(source: Source, budget: Budget) -> Iterator[Extent]:
    """The networks in the order of the file; none begins before the end of the one before, as far as that is known."""
    data = source.view()
    end = 0
    tried: dict[str, int] = {}
    for at, number in _marks(source):
        reader = found_inside()[number]
        # What was tried in vain from an earlier mark has no beginning before that mark.
        floor = max(end, tried.get(reader.INFO.name, 0))
        if at < floor:
            continue
        budget.spend_items()
        extent = reader.extent(data[floor:], at - floor, budget)
        tried[reader.INFO.name] = at + 1
        if extent is not None:
            start, until = floor + extent.start, None if extent.end is None else floor + extent.end
            end = until or at + 1
            yield Extent(start, until)


def _marks(source: Source) -> Iterator[tuple[int, int]]:
    """Where a mark stands, and the number of the reader it is one of."""
    wanted = source.focus
    looked_for = (
        (mark, number)
        for number, reader in enumerate(found_inside())
        for mark in reader.MARKS
        if not wanted or mark.decode("latin-1") in wanted
    )
    return merge(*(_places(source, mark, number) for mark, number in looked_for))


def _places(source: Source, mark: bytes, number: int) -> Iterator[tuple[int, int]]:
    known = source.focus_at.get(mark.decode("latin-1"))
    places = known or places_of(re.compile(re.escape(mark)), source.view(), overlap=len(mark) - 1)
    return ((at, number) for at in places)
