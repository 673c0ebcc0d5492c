"""Unpacking: a container's member becomes a source, in memory or in an unnamed temporary file."""

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing
from itertools import chain
from mmap import mmap
from typing import Any, cast

from scanner.containers import Container, Member
from scanner.containers.spool import spooled
from scanner.engine.budget import Limits
from scanner.engine.known import offers
from scanner.engine.sources import BytesSource, ScatteredSource
from scanner.model.locator import base_name
from scanner.model.source import HEAD_BYTES, Budget, Source, Unreadable
from scanner.model.vocabulary import Cause


class Unpacked:
    """A member's bytes as a source, as far as they could be read; leave the `with` block to free them."""

    def __init__(
        self,
        member: Member,
        limits: Limits,
        *,
        enough: Callable[[bytes], bool] = lambda _head: False,
        neighbour: Callable[[str], Source | None] = lambda _name: None,
        keys: tuple[bytes, ...] = (),
    ) -> None:
        self._member = member
        self._limits = limits
        self._enough = enough
        self._neighbour = neighbour
        self._keys = keys
        self.stopped: Unreadable | None = None
        """Why the member ends before its end, if it does."""

    def __enter__(self) -> BytesSource:
        """Read the member. What came before an error is kept, and the error with it."""
        name, pieces = base_name(self._member.name), self._in_place()
        if pieces is not None and len(pieces) > 1:
            memory_bytes = self._limits.memory_bytes
            return ScatteredSource(name, pieces, memory_bytes, neighbour=self._neighbour, keys=self._keys)
        data = next(iter(pieces), b"") if pieces is not None else self._read()
        return BytesSource(name, data, neighbour=self._neighbour, keys=self._keys)

    def __exit__(self, *_: object) -> None:
        """The memory or the temporary file goes with the last view of it."""

    def _read(self) -> bytes | mmap:
        chunks = self._chunks()
        first = next(chunks, b"")
        if len(first) >= HEAD_BYTES and self._enough(first[:HEAD_BYTES]):
            return first
        return spooled(chain((first,), chunks), self._limits.memory_bytes)

    def _in_place(self) -> Sequence[memoryview] | None:
        """All of it where it lies, unless it is larger than may be read."""
        if self._member.in_place is None or self._member.size > self._limits.member_bytes:
            return None
        try:
            return self._member.in_place()
        except Unreadable:
            return None  # the pieces tell how far it can be read

    def _chunks(self) -> Iterator[bytes]:
        size = 0
        try:
            with closing(_closable(self._member.chunks())) as chunks:
                for chunk in chunks:
                    size += len(chunk)
                    if size > self._limits.member_bytes:
                        raise Unreadable(
                            Cause.LIMIT, "It is larger than the scan's limit for one file; the rest was not read."
                        )
                    yield chunk
        except Unreadable as why:
            self.stopped = why


def _closable(chunks: Iterator[bytes]) -> Generator[bytes]:
    """Any iterator as a generator, so that it can be closed before its end."""
    yield from chunks


def members_named(
    containers: tuple[Container, ...], source: Source, names: Collection[str], budget: Budget
) -> Iterator[tuple[str, Member]]:
    """Find members again by their locator text, on one way through; those that are not there are left out.

    What a member holds is to be read before the next one is asked for.
    """
    left = set(names)
    for container in containers:
        if offers(container, "find"):
            found = ((name, cast("Any", container).find(source, name, budget)) for name in sorted(left))
        else:
            found = ((member.name, member) for member in container.members(source, budget))
        for name, member in found:
            if member is not None and member.kind == "file" and name in left:
                left.remove(name)
                yield name, member
                if not left:
                    return


def names_below(container: Container, source: Source, folder: str, budget: Budget) -> Member | None:
    """The names in a folder, which ends in `/`, each on a line, as if they were a file's; None where it holds none."""
    names = {
        member.name[len(folder) :].partition("/")[0]
        for member in container.members(source, budget)
        if member.name.startswith(folder)
    }
    content = "\n".join(sorted(names)).encode()
    return Member(name=folder, kind="file", size=len(content), chunks=lambda: iter((content,))) if names else None


def member_named(containers: tuple[Container, ...], source: Source, name: str, budget: Budget) -> Member:
    """Find a member again by its locator text. Raises `Unreadable` (vanished) if it is not there."""
    for _, member in members_named(containers, source, (name,), budget):
        return member
    raise Unreadable(Cause.VANISHED, "It was there when the scan began and is gone now.")
