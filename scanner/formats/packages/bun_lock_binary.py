"""Bun's lock files in the binary form, bun.lockb: a table of packages, stored by column, and six buffers behind it.

```
"#!/usr/bin/env bun\\nbun-lockfile-format-v0\\n"  version  digest  size | rows … begin end | columns | buffers
columns: name, digest, resolution, dependencies, resolved dependencies (slices of buffers), …
buffers: trees, hoisted, resolved, dependencies, texts with digests, bytes of texts; each behind its begin and end
```

A text of up to 8 bytes stands in place; a longer one is an offset and a length in the last buffer, and its top bit
is set.
"""

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.purls import npm_purl
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause, Scope

INFO = Info(
    name="bun-lock-binary",
    version=2,
    line="Bun's binary lock files (bun.lockb): each package with its version, and which asks for which",
    specification="Bun's source, src/install/lockfile (bun.lockb.zig, Buffers.zig, Package.zig), formats 2 and 3",
    limits="Formats 0 and 1, from before Bun 1.0, are told and not read.",
    names=("bun.lockb",),
)

_MAGIC = b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n"
_MAX_BYTES = 64 << 20
_TABLE = Struct("<6Q")
"""Size of all, rows, alignment, number of columns, begin and end of the columns."""
_TABLE_AT = len(_MAGIC) + 4 + 32
_SLICE = Struct("<2I")
_VERSIONS = {2: Struct("<3I4x8s8x8s8x"), 3: Struct("<3Q8s8x8s8x")}
"""By the format: three numbers, and what stands behind `-` and `+`. Tried on files of Bun 1.0 to 1.4."""
_VERSION_AT = 16
_FROM_REGISTRY, _ROOT = 2, 1
_DEPENDENCY_BYTES = 26
_BEHAVIOUR_AT = 16
_RESOLVED, _DEPENDENCIES, _TEXTS = 2, 3, 5
_BUFFERS = 6
_SCOPES = ((1 << 3, Scope.DEV), (1 << 2, Scope.OPTIONAL))
_OUTSIDE = 1 << 63
_MAX_TEXT = 500


class _Lock(NamedTuple):
    data: memoryview
    version: Struct
    rows: int
    columns: int
    """Where the first one begins."""
    buffers: list[tuple[int, int]]

    @property
    def resolution_bytes(self) -> int:
        """How wide the column is that tells where a package comes from."""
        return _VERSION_AT + self.version.size

    def cell(self, before: int, width: int, row: int) -> memoryview:
        """A cell of the column that has `before` bytes a row in front of it."""
        start = self.columns + self.rows * before + row * width
        return self.data[start : start + width]

    def entries(self, buffer: int, width: int, slice_: memoryview) -> Iterator[memoryview]:
        first, count = _SLICE.unpack(slice_)
        begin, end = self.buffers[buffer]
        for start in range(begin + first * width, min(begin + (first + count) * width, end - width + 1), width):
            yield self.data[start : start + width]

    def text(self, stored: memoryview | bytes) -> str:
        value = int.from_bytes(stored, "little")
        if not value & _OUTSIDE:
            return bytes(stored).rstrip(b"\0").decode("utf-8", "backslashreplace")
        offset, length = value & 0xFFFFFFFF, (value & ~_OUTSIDE) >> 32
        begin, end = self.buffers[_TEXTS]
        start = min(begin + offset, end)
        return bytes(self.data[start : min(start + min(length, _MAX_TEXT), end)]).decode("utf-8", "backslashreplace")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package from a registry as declared, and what each, and the project, asks for.

    Raises:
        Unreadable: unsupported, when it is of another format; damaged, when its tables lie outside of it; limit, when
            it is larger than 64 MiB.
    """
    lock = _opened(source, budget)
    purls: list[str | None] = []
    for row in range(lock.rows):
        budget.spend_items()
        resolution = lock.cell(16, lock.resolution_bytes, row)
        purl = npm_purl(lock.text(lock.cell(0, 8, row))) if resolution[0] == _FROM_REGISTRY else None
        purls.append(PROJECT if resolution[0] == _ROOT else purl)
        if purl is not None:
            yield Package(purl=purl, version=_version(lock, resolution), role="declares", place=_place(row))
    for row, by in enumerate(purls):
        yield from _asked(lock, row, by, purls, budget)


def _opened(source: Source, budget: Budget) -> _Lock:
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The lock file is larger than 64 MiB and was not read.")
    budget.spend_bytes(source.size)
    data = source.view()
    start = bytes(data[:_TABLE_AT])
    version = _VERSIONS.get(int.from_bytes(start[len(_MAGIC) : len(_MAGIC) + 4], "little"))
    if not start.startswith(_MAGIC) or version is None:
        reason = "This lock file is in a binary form of Bun that is not read; `bun bun.lockb` prints it as text."
        raise Unreadable(Cause.UNSUPPORTED, reason)
    if source.size < _TABLE_AT + _TABLE.size:
        raise Unreadable(Cause.DAMAGED, "The lock file ends before its table of packages.")
    _, rows, _, _, begin, end = _TABLE.unpack_from(data, _TABLE_AT)
    if not begin <= end <= source.size or rows * (16 + _VERSION_AT + version.size + 16) > end - begin:
        raise Unreadable(Cause.DAMAGED, "The table of packages lies outside of the lock file.")
    return _Lock(data, version, rows, begin, list(_buffers(data, end)))


def _buffers(data: memoryview, at: int) -> Iterator[tuple[int, int]]:
    for _ in range(_BUFFERS):
        begin = int.from_bytes(data[at : at + 8], "little")
        end = int.from_bytes(data[at + 8 : at + 16], "little")
        if not at + 16 <= begin <= end <= len(data):
            raise Unreadable(Cause.DAMAGED, "A buffer lies outside of the lock file.")
        yield begin, end
        at = end


def _version(lock: _Lock, resolution: memoryview) -> str:
    major, minor, patch, before, build = lock.version.unpack_from(resolution, _VERSION_AT)
    tags = "".join(f"{sign}{text}" for sign, text in (("-", lock.text(before)), ("+", lock.text(build))) if text)
    return f"{major}.{minor}.{patch}{tags}"


def _asked(lock: _Lock, row: int, by: str | None, purls: list[str | None], budget: Budget) -> Iterator[Observation]:
    """What a package asks for, as it was resolved; the two slices of a row run side by side."""
    before = 16 + lock.resolution_bytes
    asked = lock.entries(_DEPENDENCIES, _DEPENDENCY_BYTES, lock.cell(before, 8, row))
    found = lock.entries(_RESOLVED, 4, lock.cell(before + 8, 8, row))
    of_scope: dict[Scope, list[str | None]] = {}
    for dependency, number in zip(asked, found, strict=False):
        budget.spend_items()
        which = int.from_bytes(number, "little")
        scope = next((scope for bit, scope in _SCOPES if dependency[_BEHAVIOUR_AT] & bit), Scope.RUNTIME)
        if which < len(purls):
            of_scope.setdefault(scope, []).append(purls[which])
    for scope, names in of_scope.items():
        yield from requires(by, names, _place(row), budget, scope)


def _place(row: int) -> str:
    return f"package[{row}]"
