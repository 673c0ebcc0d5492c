"""The text of a list, whatever encoding a spreadsheet or a shell gave it."""

import codecs
import io
from collections.abc import Iterator
from typing import TextIO

from scanner.model.source import Budget, Source

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_LINE = 1 << 16
"""Characters of a line; what is longer is cut there and goes on as a line of its own."""


def encoding_of(head: bytes) -> str:
    """By the mark at the beginning; by the zeros that Latin text has in UTF-16; else UTF-8, or what is no UTF-8 is the
    code page of Western Windows."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if len(head) > 3 and head[1] == 0 == head[3] and head[0] and head[2]:
        return "utf-16-le"
    if len(head) > 3 and head[0] == 0 == head[2] and head[1] and head[3]:
        return "utf-16-be"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return "cp1252"
    return "utf-8"


def beginning(head: bytes) -> str:
    """The first bytes as text, for a look at what the file may be."""
    return head.decode(encoding_of(head), "replace")


def text_stream(source: Source, budget: Budget) -> TextIO:
    """The whole text, a piece at a time, ends of lines untouched; bytes that are no text become escapes."""
    budget.spend_bytes(source.size)
    return io.TextIOWrapper(source.open(), encoding_of(source.head), "backslashreplace", newline="")


def numbered_lines(source: Source, budget: Budget) -> Iterator[tuple[int, str]]:
    """Number (from 1) and text of each line, without its end."""
    stream = text_stream(source, budget)
    number = 0
    while line := stream.readline(_MAX_LINE):
        number += 1
        yield number, line.rstrip("\r\n")
