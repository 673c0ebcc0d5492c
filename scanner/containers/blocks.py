"""Single blocks compressed by LZO, which firmware prefers: by a library of the `images` extra."""

from collections.abc import Callable
from typing import Any

from scanner.containers.libraries import broken, library, without_extra
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_DAMAGED = "A compressed block of it is damaged; what came before was read."


def lzo_block(raw: bytes, size_bytes: int) -> bytes:
    """What a block of LZO1X holds, at most `size_bytes`. Raises `Unreadable`: damaged, or the extra is missing."""
    module = _library("lzo", "compressed by LZO")
    return _undone(lambda: module.decompress(raw, False, size_bytes), size_bytes)  # noqa: FBT003  (the library's)


def _library(name: str, what: str) -> Any:  # a module, which ships no types
    found = library(f"dissect.util.compression.{name}")
    if found is None:
        raise without_extra(f"data {what}")
    return found


def _undone(make: Callable[[], bytes], most: int) -> bytes:
    try:
        content = bytes(make())
    except broken() as error:
        raise Unreadable(Cause.DAMAGED, _DAMAGED) from error
    if len(content) > most:
        raise Unreadable(Cause.DAMAGED, _DAMAGED)
    return content
