"""Programs that show web pages by Tauri: the pages, which its build step compresses with Brotli into the program.

The pages are a constant table of the program, one row of four words a file:

    pointer to the path ("/index.html") | its length | pointer to the content | its length

The row of `/index.html` is found by the pointer to that text; its neighbours are the other files. A build without
compression stores the contents as they are, which the page itself tells.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.program_end import PROGRAM_MAGICS
from scanner.containers.stored import slices
from scanner.containers.streams import BROTLI, fed, windows
from scanner.formats.mapped import places_of
from scanner.formats.program_pointers import Pointers, pointers_of
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="tauri",
    version=1,
    line="Web pages inside programs made with Tauri",
    specification="https://github.com/tauri-apps/tauri/blob/dev/crates/tauri-codegen/src/embedded_assets.rs",
    limits="Pages are found by way of /index.html; where there is none, the report says that none were seen. The marks "
    "were seen in Tauri's own runtime (pytauri-wheel 0.8.0); the table is that of the build step's public source, as "
    "a Rust compiler lays it out.",
    magics=PROGRAM_MAGICS,
    marks=(b"__TAURI_INTERNALS__", b"__TAURI_IPC__", b"__TAURI_METADATA__"),
)
RANDOM_ACCESS = True
WHOLE = False

_ENTRY = b"/index.html"
_FIND_ENTRY = re.compile(re.escape(_ENTRY))
_MOST_MENTIONS = 64
_LONGEST_PATH = 4096
_MOST_FILES = 100_000
_NO_PAGES = (
    "This program shows web pages by Tauri, and no pages were found in it: they are kept elsewhere, or in a way that "
    "is not known, and were not seen into."
)


class _Row(NamedTuple):
    path: str
    start: int
    size: int
    is_compressed: bool = False


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give each file of the pages.

    Raises:
        Unreadable: unsupported, where no pages are found; damaged, where the program's own tables are.
    """
    jail = Jail()
    is_empty = True
    for pointers in pointers_of(source, budget):
        for row in _table(pointers, budget):
            budget.spend_items()
            is_empty = False
            name = jail.admit(f"(pages){row.path}")
            content = partial(_content, pointers.data, row, budget)
            yield Member(name=name.text, kind="file", size=row.size, chunks=content, notes=name.notes)
    if is_empty:
        raise Unreadable(Cause.UNSUPPORTED, _NO_PAGES)


def _content(data: memoryview, row: _Row, budget: Budget) -> Iterator[bytes]:
    if not row.is_compressed:
        yield from slices(data, row.start, row.size, budget)
        return
    for piece in fed(BROTLI.decoder(), windows(data[row.start : row.start + row.size])):
        budget.spend_bytes(len(piece))
        yield piece


def _is_page(data: memoryview, row: _Row, budget: Budget) -> bool:
    """Whether a row's content begins as a page does. Other tables hold that text too, beside what is no page."""
    beginning = b""
    try:
        beginning = next(_content(data, row, budget), b"")
    except Unreadable as why:
        if why.cause is Cause.LIMIT:
            raise
    return beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _table(pointers: Pointers, budget: Budget) -> list[_Row]:
    """The rows around that of the entry page, in the order of the table."""
    for number, offset in enumerate(places_of(_FIND_ENTRY, pointers.data, overlap=len(_ENTRY) - 1)):
        budget.spend_items()
        if number >= _MOST_MENTIONS:
            break
        address = pointers.address_of(offset)
        for slot in pointers.leading_to(address) if address is not None else ():
            row = _row_at(pointers, slot)
            if row is None or row.path != _ENTRY.decode():
                continue
            for is_compressed in (True, False):
                if _is_page(pointers.data, row._replace(is_compressed=is_compressed), budget):
                    rows = _around(pointers, slot, budget)
                    return [found._replace(is_compressed=is_compressed and found.size > 0) for found in rows]
    return []


def _around(pointers: Pointers, slot: int, budget: Budget) -> list[_Row]:
    found = {slot: _row_at(pointers, slot)}
    for step in (-4 * pointers.word, 4 * pointers.word):
        for at in count(slot + step, step):
            budget.spend_items()
            row = _row_at(pointers, at)
            if row is None or len(found) >= _MOST_FILES:
                break
            found[at] = row
    return [row for _, row in sorted(found.items()) if row is not None]


def _row_at(pointers: Pointers, at: int) -> _Row | None:
    """The row that stands at an offset; None if none can stand there."""
    length, size = pointers.number_at(at + pointers.word), pointers.number_at(at + 3 * pointers.word)
    if at < 0 or length is None or size is None or not 1 < length <= _LONGEST_PATH:
        return None
    path_at, start = (_target(pointers, at + words * pointers.word) for words in (0, 2))
    if path_at is None or (start is None and size) or size > len(pointers.data) - (start or 0):
        return None
    path = bytes(pointers.data[path_at : path_at + length])
    if not path.startswith(b"/") or len(path) < length or any(byte < 0x20 for byte in path):
        return None
    return _Row(path.decode("utf-8", "backslashreplace"), start or 0, size)


def _target(pointers: Pointers, slot: int) -> int | None:
    address = pointers.target_at(slot)
    return pointers.offset_of(address) if address is not None else None
