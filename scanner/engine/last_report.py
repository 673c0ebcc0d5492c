"""The last report: the answer where nothing has changed since the scan that made it.

A report is a function of the files, the signatures, the settings, the day and this program. So it is kept under how
the files look (name, size, times, inode) and all the rest, with a digest over the bytes of all files. With
`--trust-metadata` the looks are enough; otherwise every file is read and hashed again before the report is given. A
report with something in it that another run might read is not kept.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from scanner import __version__
from scanner.engine.cache import Cache, digest
from scanner.engine.reading import Reading, Stretch
from scanner.engine.recall import may_pass
from scanner.model.report import Report
from scanner.targets import Entry, Opened

_encoder = msgspec.msgpack.Encoder()


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """What is known of the last scan of these targets."""

    looks: bytes
    """A digest over how the files looked, and all else that the report comes from."""
    content: bytes
    """A digest over the bytes of all files; empty where that is not known."""
    report: bytes


class LastReport:
    """The report of the last scan of these targets, if it may still answer."""

    def __init__(self, cache: Cache, stretches: Sequence[Stretch], *decides: bytes) -> None:
        """`decides` is all that decides what the report says, but for the files and this program."""
        self._cache = cache
        self._stretches = stretches
        # What a file that is the target itself may have beside it, nobody has listed; nor the blobs of an OCI layout.
        self._is_kept = cache.is_open and not any(one.is_file or any(map(_is_layout, one.entries)) for one in stretches)
        self._key = _key_of([one.root for one in stretches])
        self._looks = _looks_of(stretches, decides) if self._is_kept else b""

    def answer(self, reading: Reading, *, trusts_metadata: bool) -> Report | None:
        """The report, where every file looks as it did and, unless that is trusted, has the same bytes."""
        kept = self._last()
        if kept is None:
            return None
        if not trusts_metadata:
            if not kept.content:
                return None
            reading.hash(self._stretches)
            if reading.content(self._stretches) != kept.content:
                return None
        try:
            return msgspec.msgpack.decode(kept.report, type=Report)
        except msgspec.DecodeError:
            return None

    def keep(self, report: Report, reading: Reading) -> None:
        """Keep a report for the next scan, unless that might read what this one could not: or read on, with the cache
        sparing it what this one had spent its limits on."""
        if self._is_kept and not reading.is_over and not any(map(may_pass, report.unreadable)):
            kept = _Kept(self._looks, reading.content(self._stretches), _encoder.encode(report))
            self._cache.put({self._key: _encoder.encode(kept)})

    def _last(self) -> _Kept | None:
        value = self._cache.get([self._key]).get(self._key) if self._is_kept else None
        try:
            kept = msgspec.msgpack.decode(value, type=_Kept) if value is not None else None
        except msgspec.DecodeError:
            return None
        return kept if kept is not None and kept.looks == self._looks else None


def is_there_one(cache: Cache, targets: Sequence[Opened]) -> bool:
    """Whether these targets have been reported on before, so that hashing their files may be enough."""
    return bool(cache.get([_key_of([str(target.path.resolve()) for target in targets])]))


def _key_of(roots: Sequence[str]) -> bytes:
    return digest("last report", *roots)


def _is_layout(entry: Entry) -> bool:
    return entry.name.endswith("oci-layout")


def _looks_of(stretches: Sequence[Stretch], decides: Sequence[bytes]) -> bytes:
    files = (_encoder.encode([(os.fsencode(e.name), e.stat, e.reader) for e in one.entries]) for one in stretches)
    return digest("looks", __version__, _program(), *decides, *(one.prefix for one in stretches), *files)


def _program() -> bytes:
    """How the files of this program look: a changed one may judge otherwise under the same version."""
    seen = []
    for folder, _, names in sorted(os.walk(Path(__file__).resolve().parent.parent)):
        if not folder.endswith("__pycache__"):
            for name in sorted(names):
                status = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118  (for hundreds of files)
                seen.append((folder, name, status.st_size, status.st_mtime_ns, status.st_ino))
    return _encoder.encode(seen)
