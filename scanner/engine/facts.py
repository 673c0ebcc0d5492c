"""The facts store: everything that was read, by artifact. Results are answered from here, never from the target.

Facts stream in as workers encoded them and lie in an unnamed SQLite database that spills to disk, so that the facts of
an endpoint need not fit in memory. Files about which there is nothing to say are only counted.
"""

import sqlite3
from collections import Counter
from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView
from functools import lru_cache
from itertools import groupby
from typing import cast

import msgspec

from scanner.model.artifact import ArtifactFacts, Oddity, Unread
from scanner.model.observation import ListRead
from scanner.model.report import Coverage, Target

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ArtifactFacts)
_HELD = 4096
_HELD_BYTES = 32 << 20
"""Facts that take less, encoded, are also kept as they came, for they are asked about four times. So kept they take
some five times as much."""
_LAST = 4


class _Head(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What is known besides the facts of artifacts."""

    target: Target
    types: dict[str, int]
    bytes: int
    left_out: int
    apart: tuple[Unread, ...]
    oddities: tuple[Oddity, ...]
    passed_over: dict[str, int] = {}
    hidden: frozenset[str] = frozenset()


class Facts(Mapping[str, ArtifactFacts]):
    """Facts by locator, for one scan; iteration is in the order of the locators."""

    def __init__(self) -> None:
        self._store = sqlite3.connect("", isolation_level=None)
        self._store.execute("PRAGMA journal_mode=OFF")
        self._store.execute("PRAGMA synchronous=OFF")
        self._store.execute("CREATE TABLE facts (locator TEXT, number INTEGER PRIMARY KEY, value BLOB)")
        self._indexed = False
        self._types: Counter[str] = Counter()
        self._bytes = 0
        self._left_out = 0
        self._passed_over: Counter[str] = Counter()
        self._known: dict[str, str] = {}
        """Types by locator."""
        self._sorted: list[str] | None = None
        self.came_in: list[str] = []
        """Locators in the order in which facts came in; again for each helping."""
        self.listing: list[str] = []
        """Locators of lists of software."""
        self.hidden: frozenset[str] = frozenset()
        """Locators of artifacts in layers of containers that no container sees."""
        self._apart: list[Unread] = []
        self._unread: list[Unread] = []
        self._oddities: list[Oddity] = []
        self._cached_get = lru_cache(_HELD)(self._get)
        self._held: dict[str, ArtifactFacts] = {}
        """All facts, as long as they are few."""
        self._room = _HELD_BYTES

    def add(self, found: ArtifactFacts) -> None:
        """Keep facts; a second helping for the same artifact (an answer to a depth request) adds to the first."""
        artifact = found.artifact
        if artifact.locator not in self._known:
            self._count(artifact.type, artifact.size if not artifact.parent else 0)
        if any(isinstance(observation, ListRead) for observation in found.observations[-_LAST:]):
            self.listing.append(artifact.locator)
        self._unread.extend(found.unread)
        self._oddities.extend(Oddity(locator=artifact.locator, what=what) for what in found.oddities)
        if artifact.locator not in self._known:
            self._known[artifact.locator] = artifact.type
            self._sorted = None
        self.came_in.append(artifact.locator)
        value = _encoder.encode(found)
        self._store.execute("INSERT INTO facts (locator, value) VALUES (?, ?)", (artifact.locator, value))
        self._hold(found, len(value))
        self._cached_get.cache_clear()

    def _hold(self, found: ArtifactFacts, size: int) -> None:
        self._room -= size
        if self._room < 0:
            self._held.clear()
            return
        locator = found.artifact.locator
        before = self._held.get(locator)
        self._held[locator] = found if before is None else _merged([before, found])

    def add_counted(self, found: ArtifactFacts) -> None:
        """Keep facts of a file that was counted before, when there was nothing to say about it."""
        self._known[found.artifact.locator] = found.artifact.type
        self._sorted = None
        self.add(found)

    def count(self, kind: str, size: int) -> None:
        """Count a file about which there is nothing to say but its type and its size in bytes."""
        self._count(kind, size)

    def leave_out(self) -> None:
        """Count a file or folder that the user excluded."""
        self._left_out += 1

    def pass_over(self, what: str, number: int) -> None:
        """Count what of a folder is no file to read: links, pipes …"""
        self._passed_over[what] += number

    def count_nested(self, kind: str, number: int) -> None:
        """Count artifacts inside a file about which there is nothing to say but their type."""
        self._types[kind] += number

    def add_unread(self, unread: Unread) -> None:
        """Keep a record of something that never became an artifact."""
        self._apart.append(unread)

    def add_oddity(self, oddity: Oddity) -> None:
        """Keep a record of something strange that never became an artifact."""
        self._oddities.append(oddity)

    def _count(self, kind: str, size: int) -> None:
        self._types[kind] += 1
        self._bytes += size

    def pieces(self, target: Target) -> Iterator[bytes]:
        """Everything, for a store: first what is not of one artifact, then the facts as they came in."""
        head = _Head(
            target=target,
            types=dict(self._types),
            bytes=self._bytes,
            left_out=self._left_out,
            apart=tuple(self._apart),
            oddities=tuple(self._oddities),
            passed_over=dict(self._passed_over),
            hidden=self.hidden,
        )
        yield _encoder.encode(head)
        for (value,) in self._store.execute("SELECT value FROM facts ORDER BY number"):
            yield value

    @classmethod
    def restored(cls, head: bytes, pieces: Iterable[ArtifactFacts]) -> "tuple[Facts, Target]":
        """What `pieces` gave, with the target it is about."""
        kept = msgspec.msgpack.decode(head, type=_Head)
        facts = cls()
        for piece in pieces:
            facts.add(piece)
        facts._types, facts._bytes = Counter(kept.types), kept.bytes
        facts._left_out = kept.left_out
        facts._passed_over = Counter(kept.passed_over)
        facts.hidden = kept.hidden
        facts._apart, facts._oddities = list(kept.apart), list(kept.oddities)
        return facts, kept.target

    def __getitem__(self, locator: str) -> ArtifactFacts:
        if locator not in self._known:
            raise KeyError(locator)
        return self._held.get(locator) or self._cached_get(locator)

    def _get(self, locator: str) -> ArtifactFacts:
        self._index()
        rows = self._store.execute("SELECT value FROM facts WHERE locator = ? ORDER BY number", (locator,))
        return _merged([_decoder.decode(value) for (value,) in rows])

    def _index(self) -> None:
        if not self._indexed:
            self._store.execute("CREATE INDEX by_locator ON facts (locator)")
            self._indexed = True

    def __iter__(self) -> Iterator[str]:
        if self._sorted is None:
            self._sorted = sorted(self._known)
        return iter(self._sorted)

    def type_of(self, locator: str) -> str:
        """The type of an artifact, without what was read of it. Raises `KeyError`."""
        return self._known[locator]

    def of_types(self, types: frozenset[str]) -> list[str]:
        """The locators of artifacts of these types."""
        return [locator for locator, kind in self._known.items() if kind in types]

    def items(self) -> ItemsView[str, ArtifactFacts]:
        """All facts with their locators, read in one go."""
        return _Items(self)

    def values(self) -> ValuesView[ArtifactFacts]:
        """All facts, read in one go."""
        return _Values(self)

    def in_order(self) -> Iterator[tuple[str, ArtifactFacts]]:
        """The same as a plain walk over the store."""
        if len(self._held) == len(self._known):
            yield from ((locator, self._held[locator]) for locator in self)
            return
        self._index()
        # The order of UTF-8 is that of the characters, so that it is the same here and in `__iter__`.
        rows = self._store.execute("SELECT locator, value FROM facts ORDER BY locator, number")
        if len(self.came_in) == len(self._known):  # one helping each
            yield from ((locator, _decoder.decode(value)) for locator, value in rows)
            return
        for locator, helpings in groupby(rows, key=lambda row: cast("str", row[0])):
            yield locator, _merged([_decoder.decode(value) for _, value in helpings])

    def __len__(self) -> int:
        return len(self._known)

    def unread(self) -> tuple[Unread, ...]:
        """Everything that could not be read, sorted; what several processes met in one file, once."""
        return tuple(sorted({*self._apart, *self._unread}, key=lambda u: (u.locator, u.stage, u.cause, u.reason)))

    def oddities(self) -> tuple[Oddity, ...]:
        """Everything strange, sorted."""
        return tuple(sorted(self._oddities, key=lambda o: (o.locator, o.what)))

    def coverage(self, media: frozenset[str]) -> Coverage:
        """Counts of what was looked at, and of what was passed over: because it proved to be `media`, is no file, or
        was excluded."""
        types = sorted(self._types.items())
        return Coverage(
            artifacts=self._types.total(),
            bytes=self._bytes,
            by_type={kind: number for kind, number in types if kind not in media},
            skipped={kind: number for kind, number in types if kind in media} | self._skipped(),
        )

    def _skipped(self) -> dict[str, int]:
        excluded = {"excluded by the user": self._left_out} if self._left_out else {}
        return dict(sorted(self._passed_over.items())) | excluded


class _Items(ItemsView[str, ArtifactFacts]):
    _mapping: Facts

    def __iter__(self) -> Iterator[tuple[str, ArtifactFacts]]:
        return self._mapping.in_order()


class _Values(ValuesView[ArtifactFacts]):
    _mapping: Facts

    def __iter__(self) -> Iterator[ArtifactFacts]:
        return (item for _, item in self._mapping.in_order())


def _merged(helpings: list[ArtifactFacts]) -> ArtifactFacts:
    first = helpings[0]
    if len(helpings) == 1:
        return first
    return msgspec.structs.replace(
        first,
        observations=tuple(o for helping in helpings for o in helping.observations),
        unread=tuple(u for helping in helpings for u in helping.unread),
        oddities=tuple(o for helping in helpings for o in helping.oddities),
    )
