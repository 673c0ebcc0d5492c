"""Spools: unpacked content of which any part is needed again, in memory or in an unnamed temporary file."""

import tempfile
from collections.abc import Iterable
from mmap import ACCESS_READ, mmap

MEMORY_BYTES = 64 << 20
"""What is larger goes to a file."""


def spooled(pieces: Iterable[bytes | memoryview], memory_bytes: int = MEMORY_BYTES) -> bytes | mmap:
    """Keep all pieces, one behind the other; a file that was needed is gone with what is returned.

    Whatever `pieces` raises comes through; nothing is left behind then.
    """
    held: list[bytes | memoryview] = []
    size = 0
    source = iter(pieces)
    for piece in source:
        held.append(piece)
        size += len(piece)
        if size > memory_bytes:
            with tempfile.TemporaryFile(prefix="frscan-") as file:
                file.writelines(held)
                held.clear()
                file.writelines(source)
                file.flush()
                return mmap(file.fileno(), 0, access=ACCESS_READ)
    return b"".join(held)
