"""The register of installed RPM packages: `rpmdb.sqlite`, `Packages.db` (ndb) or `Packages` (Berkeley DB).

Each row is the header of a package. The rows are found without the library that wrote the file:

- SQLite: the table `Packages` of the database, opened from memory
- ndb: pages of 4096 bytes full of slots `Slot`, number, block, count; a blob begins `BlbS` (rpm's lib/backend/ndb)
- Berkeley DB hash: pages of entries, of which those of overflow type (3) lead to a chain of pages
"""

import sqlite3
import struct
from collections.abc import Callable, Iterator

from scanner.formats.packages.rpm_header import header, registered
from scanner.formats.sqlite_log import with_log
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="rpm-database",
    version=2,
    line="Red Hat, Fedora, SUSE and others: the installed RPM packages and their files (SQLite, ndb, Berkeley DB)",
    specification="https://rpm.org/docs/latest/man/rpmdb.8, https://github.com/rpm-software-management/rpm/tree/master/lib/backend",
    limits="Indexes beside the rows are not read, nor what Berkeley DB has in its own logs.",
    names=("rpmdb.sqlite", "packages.db", "packages"),
    magics=(Magic(b"RpmP"),),
)
_LARGEST_BYTES = 2 << 30
_LARGEST_ROW = 64 << 20
_SQLITE = b"SQLite format 3\0"
_HASH_MAGIC = (0x00061561).to_bytes(4, "little")
_SLOT = struct.Struct("<4I")
_BLOB = struct.Struct("<4I")
_BLOCK = 16
_PAGE = struct.Struct("<8xIIIHHBB")
_ENTRY_IN_PAGE, _OFFSET_ENTRY, _OVERFLOW_PAGE, _HASH_PAGES = 1, 3, 7, (2, 13)
_OFFSET_ENTRY_BYTES, _SMALLEST_ROW = 12, 16


def wants(name: str, head: bytes) -> bool:
    """Whether it is a database of the kind its name promises."""
    if name == "rpmdb.sqlite":
        return head.startswith(_SQLITE)
    return head.startswith(b"RpmP") or (name == "packages" and head[12:16] == _HASH_MAGIC)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package, then its files; a row that cannot be read does not hide the others.

    Raises:
        Unreadable: limit, above 2 GiB; damaged, after everything that could be read.
    """
    if source.size > _LARGEST_BYTES:
        raise Unreadable(Cause.LIMIT, "The register of packages is larger than 2 GiB and was not read.")
    problem: Unreadable | None = None
    for place, row in _rows(source)(source, budget):
        try:
            tags, _ = header(memoryview(row), 0, budget)
        except Unreadable as why:
            if why.cause is Cause.LIMIT:
                raise
            problem = why
            continue
        yield from registered(tags, source.name, place, budget)
    if problem is not None:
        raise problem


def _rows(source: Source) -> Callable[[Source, Budget], Iterator[tuple[str, bytes]]]:
    if source.head.startswith(_SQLITE):
        return _of_sqlite
    return _of_ndb if source.head.startswith(b"RpmP") else _of_hash


def _of_sqlite(source: Source, budget: Budget) -> Iterator[tuple[str, bytes]]:
    data = with_log(source, budget)
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        asked = "SELECT hnum, blob FROM Packages WHERE length(blob) < ? ORDER BY hnum"
        for number, blob in connection.execute(asked, (_LARGEST_ROW,)):
            budget.spend_items()
            if isinstance(blob, bytes):
                yield f"Packages, hnum {number}", blob
    except (sqlite3.Error, UnicodeDecodeError) as error:
        # The second: what SQLite says of a broken schema repeats its bytes, whatever they are.
        raise Unreadable(Cause.DAMAGED, "The register of packages is damaged or no database of RPM's.") from error
    finally:
        connection.close()


def _of_ndb(source: Source, budget: Budget) -> Iterator[tuple[str, bytes]]:
    data = source.view()
    pages = int.from_bytes(data[12:16], "little")
    end = min(len(data), pages * 4096)
    for at in range(32, end - _SLOT.size + 1, _SLOT.size):
        budget.spend_items()
        magic, number, block, _ = _SLOT.unpack_from(data, at)
        if magic != 0x746F6C53 or not number:  # "Slot"
            continue
        start = block * _BLOCK
        if start + _BLOB.size > len(data):
            continue
        blob, _, _, size = _BLOB.unpack_from(data, start)
        if blob == 0x53626C42 and size <= _LARGEST_ROW:  # "BlbS"
            budget.spend_bytes(size)
            yield f"package {number}", bytes(data[start + _BLOB.size : start + _BLOB.size + size])


def _of_hash(source: Source, budget: Budget) -> Iterator[tuple[str, bytes]]:
    data = source.view()
    page_bytes = int.from_bytes(data[20:24], "little")
    if not 512 <= page_bytes <= 65536:
        raise Unreadable(Cause.DAMAGED, "The register of packages is damaged: its pages have no possible size.")
    for start in range(page_bytes, len(data) - page_bytes + 1, page_bytes):
        budget.spend_items()
        _, _, _, entries, _, _, kind = _PAGE.unpack_from(data, start)
        if kind not in _HASH_PAGES:
            continue
        offsets = struct.unpack_from(f"<{min(entries, (page_bytes - _PAGE.size) // 2)}H", data, start + _PAGE.size)
        for number in range(1, len(offsets), 2):  # keys and values in turn, from the page's end downwards
            budget.spend_items()
            entry = data[start + offsets[number] : start + min(offsets[number - 1], page_bytes)]
            place = f"page {start // page_bytes}, entry {number}"
            if len(entry) == _OFFSET_ENTRY_BYTES and entry[0] == _OFFSET_ENTRY:
                first, size = struct.unpack("<4xII", entry)
                yield place, _chain(data, first, size, page_bytes, budget)
            elif len(entry) > _SMALLEST_ROW and entry[0] == _ENTRY_IN_PAGE:
                yield place, bytes(entry[1:])


def _chain(data: memoryview, page: int, size: int, page_bytes: int, budget: Budget) -> bytes:
    pieces: list[bytes] = []
    left = min(size, _LARGEST_ROW)
    while page and left > 0:
        budget.spend_items()
        start = page * page_bytes
        if start + page_bytes > len(data):
            break
        _, _, page, _, _, _, kind = _PAGE.unpack_from(data, start)
        if kind != _OVERFLOW_PAGE:
            break
        piece = bytes(data[start + _PAGE.size : start + min(page_bytes, _PAGE.size + left)])
        budget.spend_bytes(len(piece))
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
