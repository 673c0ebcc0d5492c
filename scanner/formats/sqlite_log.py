"""What a SQLite database holds together with its write-ahead log, in which the last changes stand for a while.

```
magic 37 7f 06 82|83, format, page size, …, salts 16, checksums 24
frames: number of the page 0, pages after commit 4, salts 8, checksums 16, page 24
```
Specification: https://www.sqlite.org/fileformat2.html#the_write_ahead_log. All numbers are big-endian. Frames of an
older log have other salts; those after the last commit do not count. Checksums are not compared.
"""

import struct

from scanner.model.source import Budget, Source

_HEADER, _FRAME = struct.Struct(">8I"), struct.Struct(">6I")
_MAGICS = (0x377F0682, 0x377F0683)
_VERSIONS_AT = slice(18, 20)
_NO_LOG = b"\1\1"
"""A database of these versions is opened without a log."""


def with_log(source: Source, budget: Budget) -> bytes:
    """The database, as it is once the log beside it (`NAME-wal`) is written into it; without one as it is."""
    budget.spend_bytes(2 * source.size)
    pages = bytearray(source.view())
    log = source.group(f"{source.name}-wal")
    if log is not None and log.size > _HEADER.size:
        _apply(pages, log.view(), budget)
    pages[_VERSIONS_AT] = _NO_LOG
    return bytes(pages)


def _apply(pages: bytearray, log: memoryview, budget: Budget) -> None:
    magic, _, page_bytes, _, *salts, _, _ = _HEADER.unpack_from(log)
    if magic not in _MAGICS or not 512 <= page_bytes <= 65536:
        return
    changed: dict[int, int] = {}
    step = _FRAME.size + page_bytes
    for at in range(_HEADER.size, len(log) - step + 1, step):
        budget.spend_items()
        number, pages_after, *own, _, _ = _FRAME.unpack_from(log, at)
        if own != salts or not number:
            break
        changed[number] = at + _FRAME.size
        if pages_after:
            _write(pages, log, changed, page_bytes, pages_after, budget)
            changed.clear()


def _write(
    pages: bytearray, log: memoryview, changed: dict[int, int], page_bytes: int, pages_after: int, budget: Budget
) -> None:
    """What one commit changed; a database grows by no more pages than were written."""
    end = min(pages_after, len(pages) // page_bytes + len(changed)) * page_bytes
    budget.spend_bytes(max(0, end - len(pages)))
    pages.extend(bytes(max(0, end - len(pages))))
    for number, at in changed.items():
        start = (number - 1) * page_bytes
        if start < end:
            pages[start : start + page_bytes] = log[at : at + page_bytes]
    del pages[end:]
