"""The cache: what was read from a file's bytes, so that the same bytes are not read a second time.

One SQLite file for all targets. A value is kept under a digest of the bytes and of everything that decides what is
read from them (readers' versions, byte rules, limits), so nothing in it can be out of date; it can only be missing.
Two halves of a file's facts have keys of their own: what its structure says, and what the catalogue's patterns found
in it, so that new signatures do not cost the first half.

Where it grows too large, what was used longest ago goes.

A cache only spares work: whatever is wrong with it reads as "not there". A file that is found to be damaged, before or
while it is used, is made anew. Several scans may use it at once; its size has a bound that none of them can pass.
"""

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import msgspec
from blake3 import blake3

from scanner.catalogue.cache_file import cache_folder

_SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value BLOB NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (
    root TEXT NOT NULL, part INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (root, part)
) WITHOUT ROWID;
"""
_FILE = "facts-1.sqlite"
_OLDER_HALF = "DELETE FROM kept WHERE key IN (SELECT key FROM kept ORDER BY day LIMIT (SELECT COUNT(*) / 2 FROM kept))"
_LOG_BYTES = 64 << 20
_CHECK_BYTES = 8
_MOST_ASKED = 500
_HELD_VALUES = 512
_HELD_BYTES = 4 << 20
_HELD_S = 0.05
"""So much, or what comes so soon after what was written last, is held and written together, in half the time."""
_DAY_S = 86_400
LIMIT_BYTES = 2 << 30
"""The file's size beyond which the values used longest ago go, at the end of a scan."""
BOUND_BYTES = 3 << 30
"""The file's size beyond which nothing more is kept, in the middle of one."""
_DAMAGES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """A file as a scan saw it: enough to know it again without opening it."""

    name: bytes
    """Path below the target's root, as the system's bytes: it need not be text."""
    stat: tuple[int, int, int, int]
    """Size in bytes, mtime and ctime in nanoseconds, inode."""
    type: str
    key: bytes = b""
    """Under which its facts are kept, or `Keys.nothing`: it has none beyond its type."""


_seen_list = msgspec.msgpack.Decoder(list[Seen])


def digest(*parts: bytes | memoryview | str) -> bytes:
    """A key: 32 bytes over all parts, each with its length, so that no two lists of parts meet."""
    pieces: list[bytes | memoryview] = []
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        pieces += (len(data).to_bytes(8, "little"), data)
    return blake3(b"".join(pieces)).digest()


class Cache:
    """The cache file, open for reading or for writing. Its methods never raise for a fault of the file."""

    def __init__(
        self,
        connection: sqlite3.Connection | None,
        *,
        was_damaged: bool = False,
        writes: bool = False,
        notes_looks: bool = False,
    ) -> None:
        self._connection = connection
        self._writes = writes
        self._notes_looks = notes_looks
        self.was_damaged = was_damaged
        """Whether it had to be made anew; it may show only while it is used."""
        self._today = int(time.time()) // _DAY_S
        self._used_again: list[bytes] = []
        self._held: dict[bytes, bytes] = {}
        self._held_bytes = 0
        self._written_at = time.monotonic()

    @property
    def is_open(self) -> bool:
        """Whether anything can be kept."""
        return self._connection is not None

    @classmethod
    def to_write(cls, *, notes_looks: bool = True) -> "Cache":
        """For the main process: made if it is not there, made anew if it is damaged; `notes_looks`: whether `record`
        is to keep how files looked."""
        path = _path()
        if path is None:
            return cls(None)
        try:
            return cls(_opened(path), writes=True, notes_looks=notes_looks)
        except sqlite3.OperationalError:
            return cls(None)
        except sqlite3.DatabaseError:
            return cls(_made_anew(path), was_damaged=True, writes=True, notes_looks=notes_looks)

    @classmethod
    def to_read(cls) -> "Cache":
        """For a worker."""
        path = _path()
        if path is None or not path.exists():
            return cls(None)
        try:
            connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2)
            connection.execute("SELECT 1 FROM kept LIMIT 1")
        except sqlite3.Error:
            return cls(None)
        return cls(connection)

    def __enter__(self) -> "Cache":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep what was put in, whatever ended the scan."""
        if self._connection is not None:
            if self._writes:
                self.flush()
                self.touch(self.used_again())
            with suppress(sqlite3.Error):
                self._connection.commit()
                self._connection.close()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The values kept under these keys, those that can be trusted."""
        found: dict[bytes, bytes] = {}
        if self._connection is None or not keys:
            return found
        if self._held:
            found.update((key, self._held[key]) for key in keys if key in self._held)
            keys = [key for key in keys if key not in found]
        with self._careful():
            for start in range(0, len(keys), _MOST_ASKED):
                asked = keys[start : start + _MOST_ASKED]
                marks = ",".join("?" * len(asked))
                rows = self._connection.execute(f"SELECT key, value, day FROM kept WHERE key IN ({marks})", asked)  # noqa: S608
                for key, kept, day in rows:
                    value = unsealed(kept)
                    if value is not None:
                        found[key] = value
                        if day < self._today:
                            self._used_again.append(key)
        return found

    def used_again(self) -> list[bytes]:
        """The keys of values that were of use today for the first time, since this was last asked."""
        keys, self._used_again = self._used_again, []
        return keys

    def touch(self, keys: Sequence[bytes]) -> None:
        """Note that values were of use today."""
        if self._connection is None or not keys:
            return
        with self._careful():
            self._connection.executemany("UPDATE kept SET day = ? WHERE key = ?", [(self._today, key) for key in keys])
            self._connection.commit()

    def put(self, values: Mapping[bytes, bytes], day: int | None = None) -> None:
        """Keep values; `day` (days since 1970) is when they were last of use: today, if it is not told.

        Those of today are written together with others, or by `flush`.
        """
        if self._connection is None or not values:
            return
        if day is None:
            self._held.update(values)
            self._held_bytes += sum(map(len, values.values()))
            self.flush(if_due=len(self._held) < _HELD_VALUES and self._held_bytes < _HELD_BYTES)
            return
        self._write(values, day)

    def flush(self, *, if_due: bool = False) -> None:
        """Write what was put; `if_due`: only if nothing was written just before."""
        now = time.monotonic()
        if not self._held or (if_due and now - self._written_at < _HELD_S):
            return
        self._written_at = now
        held, self._held, self._held_bytes = self._held, {}, 0
        self._write(held, self._today)

    def _write(self, values: Mapping[bytes, bytes], last: int) -> None:
        if self._connection is None:
            return
        rows = [(key, sealed(value), last) for key, value in values.items()]
        with self._careful():
            self._connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", rows)
            self._connection.commit()

    def seen(self, root: str) -> dict[bytes, Seen]:
        """The files of a target as the last scan that recorded them saw them."""
        if self._connection is None:
            return {}
        files: dict[bytes, Seen] = {}
        with self._careful(), suppress(msgspec.DecodeError):
            for (value,) in self._connection.execute("SELECT value FROM seen WHERE root = ? ORDER BY part", (root,)):
                content = unsealed(value)
                if content is not None:
                    files.update({file.name: file for file in _seen_list.decode(content)})
        return files

    def record(self, root: str, part: int, files: Iterable[Seen]) -> None:
        """Record part of a target's files; part 0 forgets what was recorded before."""
        if self._connection is None or not self._notes_looks:
            return
        value = msgspec.msgpack.encode(list(files))
        with self._careful():
            if part == 0:
                self._connection.execute("DELETE FROM seen WHERE root = ?", (root,))
            row = (root, part, sealed(value))
            self._connection.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", row)
            self._connection.commit()

    def shrink(self) -> None:
        """Drop what was used longest ago where it has grown too large, and how files looked where those fill it."""
        self.flush()
        path = _path()
        if self._connection is None or path is None:
            return
        for what in (_OLDER_HALF, "DELETE FROM seen"):
            with self._careful(), suppress(OSError):
                if sum(file.stat().st_size for file in path.parent.glob(f"{_FILE}*")) <= LIMIT_BYTES:
                    return
                self._connection.execute(what)
                self._connection.commit()
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _careful(self) -> Iterator[None]:
        """Whatever goes wrong is as if nothing were there; damage, which may show late, makes the file anew."""
        try:
            yield
        except sqlite3.Error as error:
            is_damage = getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGES  # the low byte is the plain code
            if not is_damage or not self._writes:
                return
            self._close()
            path = _path()
            self._connection = _made_anew(path) if path is not None and not self.was_damaged else None
            self.was_damaged = True

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()


def _path() -> Path | None:
    try:
        folder = cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    if os.name == "posix" and folder.stat().st_uid != os.geteuid():
        return None
    return folder / _FILE


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=5)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.executescript(_SCHEMA)
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute(f"PRAGMA max_page_count={BOUND_BYTES // page_bytes}")
    connection.execute(f"PRAGMA journal_size_limit={_LOG_BYTES}")
    connection.execute("SELECT COUNT(*) FROM (SELECT 1 FROM kept LIMIT 1)").fetchone()
    return connection


def _made_anew(path: Path) -> sqlite3.Connection | None:
    """An empty cache in the place of one that is damaged; None where that cannot be.

    The log goes first: what it holds must not be taken for part of the new file. Whoever has the old file open goes on
    with that, and finds the new one when it next opens the cache.
    """
    for name in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm"), path):
        with suppress(OSError):
            name.unlink(missing_ok=True)
    try:
        return _opened(path)
    except sqlite3.Error:
        return None


def sealed(value: bytes) -> bytes:
    """A value as it is kept, with a check of its bytes before it."""
    return blake3(value).digest(length=_CHECK_BYTES) + value


def unsealed(kept: bytes) -> bytes | None:
    """The value that was kept; None if it is not whole."""
    value = kept[_CHECK_BYTES:]
    return value if sealed(value)[:_CHECK_BYTES] == kept[:_CHECK_BYTES] else None
