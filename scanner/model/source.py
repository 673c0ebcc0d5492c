"""The contract between the engine and a reader: what a reader is given, and how it says that it could not read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Literal, Protocol

import msgspec

from scanner.model.observation import Observation
from scanner.model.vocabulary import Cause, IndicatorKind

WordGroup = Literal["python", "js", "npm", "config", "packed", "inside", "parts"]
"""Telling words: names of modules and their callers in a language, of npm packages, parts of settings; marks of text
that is packed, so that no word shows in it; marks of what a container looks for inside files of other types; and such
marks as are too short to be looked for in any but the few files that one container asks for."""
HEAD_BYTES = 4096
"""How much of an artifact's beginning is handed to `wants`."""


class Unreadable(Exception):
    """A part of the target could not be read; what was read before stays.

    `cause` is one of the report's words; `reason` is a whole sentence for a person, without the locator. `columns` are
    those of a table that a person may tell the meaning of.
    """

    def __init__(self, cause: Cause, reason: str, columns: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason
        self.columns = columns


class Source(Protocol):
    """One artifact, open for reading: bytes and a name, never a path on disk."""

    @property
    def name(self) -> str:
        """Its base name, as valid Unicode (undecodable bytes already escaped)."""

    @property
    def size(self) -> int:
        """Its length in bytes."""

    @property
    def head(self) -> bytes:
        """Its first `HEAD_BYTES` bytes, or fewer if it is shorter."""

    @property
    def focus(self) -> frozenset[str]:
        """What a depth request asks about (names of symbols, classes …); for a reader that runs after words the
        module names that stand in the file; for a container with marks those that stand in it, as Latin-1; for a list
        that the user named which column holds what (`name=Title`); empty otherwise."""

    @property
    def focus_at(self) -> Mapping[str, Sequence[int]]:
        """Where a mark in the focus begins, each time it stands in the artifact; only for those of which that is
        known."""

    def focus_in(self, data: bytes) -> frozenset[str]:
        """What of the focus stands in other bytes: for a reader that runs after a word that stands before something
        packed, and has unpacked it."""

    @property
    def keys(self) -> tuple[bytes, ...]:
        """What may open encrypted volumes, as the user gave it; mostly nothing."""

    def view(self, offset: int = 0, length: int | None = None) -> memoryview:
        """Bytes from `offset`, at most `length`; shorter at the end of the artifact, never an error."""

    def open(self) -> BinaryIO:
        """A fresh binary stream over the artifact, for libraries that want one."""

    def group(self, name: str) -> "Source | None":
        """The neighbour of that name in the same folder, if there is one; `../name` is one in the folder above.

        Beside a file of a folder also what lies deeper (`blobs/name`), and with a slash at its end the names in a
        folder, one a line.
        """


class Budget(Protocol):
    """What a reader may still spend. Each method raises `Unreadable(Cause.LIMIT)` when it is used up."""

    def spend_items(self, count: int = 1) -> None:
        """Count members, table rows, nodes: anything a loop turns for."""

    def spend_bytes(self, count: int) -> None:
        """Count bytes that are produced: inflated, decoded, copied. Call it before allocating."""


class Magic(msgspec.Struct, frozen=True):
    """Bytes that stand at a fixed offset of every file of a format."""

    value: bytes
    offset: int = 0


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader says of itself. The engine compiles all of them into one table."""

    name: str
    """The artifact type it gives: `elf`, `dex`, `zip` …, kebab-case."""
    version: int
    """Raised whenever the output for the same bytes changes; part of the cache key."""
    line: str
    """One line for the documentation's table."""
    specification: str
    """Where the format is written down."""
    limits: str
    """What this reader does not read, for people."""
    names: tuple[str, ...] = ()
    """Whole file names it wants, lower case."""
    suffixes: tuple[str, ...] = ()
    """File name endings it wants, lower case, with the dot."""
    stems: tuple[str, ...] = ()
    """What file names it wants begin with, lower case, up to a dot that is not their first character: `dockerfile` also
    stands for `dockerfile.gpu`, and `.env` for `.env.nas`."""
    magics: tuple[Magic, ...] = ()
    """Beginnings it wants."""
    depth: bool = False
    """Runs only when the engine asks for depth, never in triage."""
    deepens: tuple[str, ...] = ()
    """For a depth reader: the artifact types it can be asked about."""
    refines: tuple[str, ...] = ()
    """For a container: those of which it takes the files that it wants and confirms, by their names here: a container
    image is a tar archive of a certain content."""
    proves_type: bool = False
    """Its `wants` tells the type of a file for certain, also where other readers take the file too."""
    after_words: tuple[WordGroup, ...] = ()
    """Parsing is slow: runs only on files in which a telling word of one of these groups stands (`source.focus`)."""
    marks: tuple[bytes, ...] = ()
    """For a container that looks inside files of other types: it opens only those in which one of these stands. For one
    of which members are plain: those in which one of these stands are not. The search for all that is looked for in
    bytes finds them too."""
    marks_group: WordGroup = "inside"
    """Which of the groups its marks are of."""
    is_list: bool = False
    """It reads lists of software that lies elsewhere: nobody else looks into such a file, for it holds none itself."""
    asks: tuple[IndicatorKind, ...] = ()
    """For a depth reader: the kinds of indicator whose patterns are its focus; without any, and without `asks_after`,
    it is asked about every artifact in which something matched."""
    asks_after: tuple[str, ...] = ()
    """For a depth reader: types of artifacts beside (in the same container or app) or inside the one it deepens; the
    names of those in which something matched are its focus, and without any it is not asked."""


class Region(msgspec.Struct, frozen=True):
    """A named part of an artifact, so that a byte hit can say in which section it lies."""

    start: int
    end: int
    name: str


class Reader(Protocol):
    """A module under formats/: one file format → observations."""

    INFO: Info

    def observe(self, source: Source, budget: Budget) -> Iterator[Observation]:
        """Yield what is read, then raise `Unreadable` where reading had to stop."""
