"""Walking over views of an artifact without holding a lock on them between two steps.

`struct.iter_unpack` and `re.finditer` keep the memoryview they were given locked for as long as they live. Where one is
left half-way (a reader that raises) and the garbage collector finds it in a cycle, as an exception that was kept makes
one, CPython before 3.11.9 and 3.12.3 crashes (gh-77894). Here nothing is held.
"""

import re
from collections.abc import Iterator
from struct import Struct
from typing import Any

Row = tuple[Any, ...]
"""What a layout holds; `struct` does not type it."""


def rows_of(layout: Struct, view: memoryview | bytes) -> Iterator[Row]:
    """The rows of a table; a part of a row at the end is left out. The table is copied: hand in bounded pieces."""
    return layout.iter_unpack(bytes(view[: len(view) // layout.size * layout.size]))


def matches_in(
    pattern: re.Pattern[bytes], data: memoryview | bytes, start: int = 0, end: int | None = None
) -> Iterator[re.Match[bytes]]:
    """What `pattern.finditer(data, start, end)` gives; the pattern must not match nothing."""
    last = len(data) if end is None else end
    while (found := pattern.search(data, start, last)) is not None:
        yield found
        start = found.end()
