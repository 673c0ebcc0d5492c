"""Single blocks compressed by LZO, which firmware prefers: by a library of the `images` extra."""

from scanner.containers.libraries import broken, library, without_extra
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_DAMAGED = "A compressed block of it is damaged; what came before was read."


def lzo_block(raw: bytes, size_bytes: int) -> bytes:
    """What a block of LZO1X holds, at most `size_bytes`. Raises `Unreadable`: damaged, or the extra is missing."""
    lzo = library("dissect.util.compression.lzo")
    if lzo is None:
        raise without_extra("data compressed by LZO")
    try:
        content = bytes(lzo.decompress(raw, False, size_bytes))  # noqa: FBT003  (the library's)
    except broken() as error:
        raise Unreadable(Cause.DAMAGED, _DAMAGED) from error
    if len(content) > size_bytes:
        raise Unreadable(Cause.DAMAGED, _DAMAGED)
    return content
