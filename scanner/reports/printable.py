"""Hostile text made safe to show: nothing invisible, nothing that steers a terminal or turns the order of reading.

Names, locators and matched bytes come from the target, whose maker may want the report to lie. Each format still
escapes on top of this for its own syntax.
"""

import unicodedata
from functools import lru_cache

NAME_LIMIT = 1000
"""Characters of a name or locator that are shown."""
COMMAND_LIMIT = 8000
"""Characters of a command that are shown; long, because a command cut short is a wrong command."""

MARKS_IN_A_ROW = 4
"""Combining marks one letter may carry; more would draw over the lines around it."""

_BLANK_OR_IGNORED = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),  # combining grapheme joiner
        (0x115F, 0x1160),  # Hangul fillers
        (0x17B4, 0x17B5),  # Khmer inherent vowels
        (0x180B, 0x180F),  # Mongolian selectors
        (0x2800, 0x2800),  # braille pattern without dots
        (0x3164, 0x3164),  # Hangul filler
        (0xFE00, 0xFE0F),  # variation selectors
        (0xFFA0, 0xFFA0),  # halfwidth Hangul filler
        (0xE0100, 0xE01EF),  # more variation selectors
    )
    for code in range(first, last + 1)
)
"""Characters that Unicode calls printable and that show nothing (Default_Ignorable_Code_Point, and blanks)."""


def printable(text: str, limit: int = NAME_LIMIT) -> str:
    """The text on one line with everything invisible written out: `\\x1b`, `\\u202e`, `\\U000e0041`.

    Controls, direction marks, zero-width characters, line separators, lone surrogates, private and unassigned
    characters, blanks other than the space, and piles of combining marks are escaped. A backslash stays as it is, so
    the escapes are for reading, not for decoding. After `limit` characters the text ends with a note of how many
    more there are.
    """
    if len(text) <= limit and text.isprintable() and (text.isascii() or all(map(_is_plain, set(text)))):
        return text
    shown: list[str] = []
    length = marks = 0
    for position, char in enumerate(text):
        marks = marks + 1 if _is_mark(char) else 0
        piece = _escape(char) if marks > MARKS_IN_A_ROW or _is_unsafe(char) else char
        length += len(piece)
        if length > limit:
            return f"{''.join(shown)}… ({len(text) - position} more characters)"
        shown.append(piece)
    return "".join(shown)


@lru_cache(maxsize=1 << 14)  # the laws say the same to many situations
def prose(text: str) -> str:
    """Sentences of a catalogue, a law or a reader: white space becomes single spaces, the rest is as in `printable`."""
    return printable(" ".join(text.split()), COMMAND_LIMIT)


@lru_cache(maxsize=1 << 12)  # texts are made of few different characters
def _is_plain(char: str) -> bool:
    """Whether a character is shown as it is, whatever stands around it."""
    return not (_is_mark(char) or _is_unsafe(char))


def _is_mark(char: str) -> bool:
    return bool(unicodedata.combining(char)) or unicodedata.category(char) == "Me"


def _is_unsafe(char: str) -> bool:
    # str.isprintable is false for the categories Cc, Cf, Cs, Co, Cn, Zl, Zp, and Zs other than the space.
    return not char.isprintable() or char in _BLANK_OR_IGNORED


def _escape(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
