"""Containers: one archive format a module, found by its place.

A container is a module with `INFO` and optionally `wants`, as a reader has, and

- `members(source, budget) -> Iterator[Member]`, which lists what is inside, bounded by the budget, and raises
  `Unreadable` after the last member it could list
- `RANDOM_ACCESS`: True where any member can be read without reading those before it. Where it is False, a member's
  content is to be read before the next member is asked for
- optionally `SPLITS`: False where members can be reached in any order only once the whole is unpacked, so that dealing
  them out over workers would unpack it in each of them
- optionally `share(source, budget, number, of) -> Iterator[Member]`: the members of one of so many shares, for one that
  can list these at less cost than all. What a name must be told apart from is in the same share
- optionally `find(source, name, budget) -> Member | None`: one member by its locator text, without listing the others
- optionally `WHOLE`: False where it looks for archives inside files of other types. These keep their type, and their
  own bytes are scanned besides the members
- optionally `parts(name) -> Sequence[str]`: names as seen from a file of that name; where files stand at all of them,
  it is a part of something that is read by way of one of these, as a layer is by way of its image's index
- optionally `UNKNOWN`: True where it also looks inside files of no known type that are no text, whatever their names
- optionally `confirms(source) -> bool`, for a format that the beginning cannot tell: asked after `wants`, looks at a
  few KiB anywhere in the artifact, never raises
- optionally `type_of(head) -> str`, where it knows several types of file and is none of them itself

Names inside a container are text, never paths: nothing is written under them.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple, Protocol

import msgspec

from scanner.model.source import Budget, Info, Source


class Plain(NamedTuple):
    """What a container knows of a member that no reader and no container could say anything of but its type."""

    type: str
    data: memoryview
    """Its bytes, in which things may still be found."""


def not_plain() -> Plain | None:
    """What most containers say of a member: its readers have to be asked."""
    return None


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a container; some hold a hundred thousand."""

    name: str
    """Locator text, `/` as separator, unique inside the container (see `jail`)."""
    kind: Literal["file", "folder", "link", "device", "whiteout"]
    """A whiteout, in a layer of containers, says that nothing of that name below it is seen."""
    size: int
    """Bytes it claims to have; a claim only."""
    chunks: Callable[[], Iterator[bytes]]
    """Its content from the start, in pieces of at most 1 MiB, each counted against the budget before it is
    handed out. Raises `Unreadable` where it cannot be read (encrypted, damaged, unsupported, limit)."""
    same_as: str = ""
    """Of a hard link, the name of the file that it is another name of."""
    in_place: Callable[[], Sequence[memoryview] | None] | None = None
    """Its content, already counted, in the pieces in which it lies in the container as it is, so that nothing has to be
    copied to look at it; None where it does not lie there so. Raises `Unreadable` as `chunks` does."""
    origin: str = ""
    """Which part of the container it comes from, where its name does not say so: the layer of a container image."""
    beside: Callable[[str], "Member | None"] | None = None
    """The member of a name in the same folder (`../name`: in the folder above), where the container has an index."""
    system: bytes = b""
    """The number that the file system it lies on was given when it was made; empty where there is none."""
    stamp: tuple[int, ...] = ()
    """What changes there when the member does: the file's number and times; empty where there is nothing such."""
    plain: Callable[[], Plain | None] = not_plain
    """Gives what is known where asking readers would be in vain: then its bytes are searched in place."""
    notes: tuple[str, ...] = ()
    """What is odd about it, in whole sentences: a name that leads outside, a second entry of the same name …"""


class Container(Protocol):
    """A module under containers/."""

    INFO: Info
    RANDOM_ACCESS: bool

    def members(self, source: Source, budget: Budget) -> Iterator[Member]:
        """List what is inside."""


@cache
def containers() -> tuple[Container, ...]:
    """Every container under this package, sorted by name."""
    found = [
        module
        for entry in pkgutil.iter_modules(__path__, f"{__name__}.")
        if hasattr(module := importlib.import_module(entry.name), "members")
    ]
    return tuple(sorted(found, key=lambda module: module.INFO.name))
