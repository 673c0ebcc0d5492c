"""Names as they stand in a text, told without parsing it.

Names are found by plain search, and what stands around them is looked at: an expression over the whole text would take
as long as parsing it.
"""

from collections.abc import Iterator

LETTERS = frozenset(bytes([letter]) for letter in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
"""What names are made of in all languages that are read."""
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""What a text in UTF-16 begins with: names are looked for in ASCII, so nothing is known of such."""


def sights_of(data: bytes, raw: bytes) -> Iterator[int]:
    """Where the bytes stand, also where they overlap."""
    at = data.find(raw)
    while at >= 0:
        yield at
        at = data.find(raw, at + 1)


def goes_on_before(data: bytes, at: int, letters: frozenset[bytes] = LETTERS) -> bool:
    """Whether a name at a place is the end of a longer one; a letter behind a backslash is an escape in JSON."""
    return data[at - 1 : at] in letters and data[at - 2 : at - 1] != b"\\"


def stands(data: bytes, pattern: str, letters: frozenset[bytes] = LETTERS) -> bool:
    """Whether a name stands in the text as a whole; where the pattern has `*`, as a piece of one."""
    piece = max(pattern.split("*"), key=len)
    raw = piece.encode("utf-8")
    is_start, is_end = pattern.startswith(piece), pattern.endswith(piece)
    for at in sights_of(data, raw):
        behind = data[at + len(raw) : at + len(raw) + 1]
        if not (is_start and goes_on_before(data, at, letters)) and not (is_end and behind in letters):
            return True
    return False
