"""A volume as it is behind its encryption, decrypted where it is read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial

from scanner.containers.encryptions.sector_ciphers import UnknownCipher
from scanner.containers.libraries import broken
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_WINDOW_BYTES = 32 << 10
"""What is decrypted at once for a small read. Those of file systems lie close together, and a sector alone costs half
of what 64 together do."""
_WINDOWS = 128


@contextmanager
def opening(this: str) -> Iterator[None]:
    """What a volume, which `this` names, is opened within. Raises `Unreadable` for what a library meets in it."""
    try:
        yield
    except UnknownCipher as unknown:
        raise Unreadable(Cause.UNSUPPORTED, f"{this} with {unknown}, which frscan does not know.") from unknown
    except broken() as error:
        raise Unreadable(Cause.DAMAGED, f"{this}, and it could not be opened ({type(error).__name__}).") from error


class Decrypted:
    """Implements `Disk`."""

    def __init__(self, size: int, sector_bytes: int, content: Callable[[int, int], bytes]) -> None:
        """`content` gives whole sectors by offset and length in bytes; fewer where the disk ends."""
        self.size = size
        self._sector_bytes = sector_bytes
        self._content = content
        self._window = lru_cache(_WINDOWS)(partial(_window, content))

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from `offset`; fewer at the end. Raises `Unreadable` where they cannot be had."""
        end = min(offset + length, self.size)
        if offset < 0 or offset >= end:
            return b""
        if end - offset > _WINDOW_BYTES:
            before = offset % self._sector_bytes
            whole = end - offset + before
            whole += -whole % self._sector_bytes
            return self._content(offset - before, whole)[before : before + end - offset]
        first, last = offset // _WINDOW_BYTES, (end - 1) // _WINDOW_BYTES
        windows = b"".join(self._window(number) for number in range(first, last + 1))
        return windows[offset - first * _WINDOW_BYTES : end - first * _WINDOW_BYTES]


def _window(content: Callable[[int, int], bytes], number: int) -> bytes:
    return content(number * _WINDOW_BYTES, _WINDOW_BYTES)
