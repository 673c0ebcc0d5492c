"""Text files line by line, for formats whose lines are regular: lock files, lists of packages, settings."""

import codecs
from collections.abc import Iterator

from scanner.model.source import Budget, Source, Unreadable
from scanner.model.vocabulary import Cause

MAX_LINE = 4096
"""A longer line is cut: no name or version is as long."""


def text_of(source: Source, budget: Budget, limit_bytes: int) -> str:
    """The whole text: UTF-8, or UTF-16 by its mark; bytes that are neither stay as escapes.

    Raises:
        Unreadable: limit, when the file is longer than `limit_bytes`.
    """
    if source.size > limit_bytes:
        reason = f"The file is larger than {limit_bytes // 1024} KiB, more than such files are, and was not read."
        raise Unreadable(Cause.LIMIT, reason)
    budget.spend_bytes(2 * source.size)
    data = bytes(source.view())
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "backslashreplace")


def numbered_lines(source: Source, budget: Budget, limit_bytes: int = 32 * 1024 * 1024) -> Iterator[tuple[int, str]]:
    """Number (from 1) and text of each line, without its end; raises as `text_of` does."""
    for number, line in enumerate(text_of(source, budget, limit_bytes).split("\n"), 1):
        budget.spend_items()
        yield number, line[:MAX_LINE].rstrip("\r")


def code_lines(lines: Iterator[tuple[int, str]], comment: str = "//") -> Iterator[tuple[int, str]]:
    """Lines of code without those that are comments: `comment` to the line's end, or between `/*` and `*/`."""
    inside = False
    for number, line in lines:
        stripped = line.strip()
        if inside or (comment == "//" and stripped.startswith("/*")):
            inside = "*/" not in stripped
        elif stripped and not stripped.startswith(comment):
            yield number, stripped
