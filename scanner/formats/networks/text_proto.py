"""Protocol buffers written as text: `key: value` and `key { … }`, as nested lists of entries.

Specification: https://protobuf.dev/reference/protobuf/textformat-spec/
"""

import re
from collections.abc import Iterator
from typing import TypeAlias

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

Message: TypeAlias = "list[tuple[str, str | Message]]"
_TOKEN = re.compile(
    r"""\s*(?:\#[^\n]*\n?\s*)*(?:("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|([{}<>:,;\[\]])|([^\s{}<>:,;\[\]"'#]+))"""
)
_SIGNS = frozenset("{}<>:,;[]")
_DEEPEST = 32


def read_text(text: str, budget: Budget) -> Message:
    """The entries of a message, in order; of a list the first counts.

    Raises:
        Unreadable: damaged, where it is no such text; limit.
    """
    top: Message = []
    open_messages = [top]
    key = ""
    for piece, is_text in _tokens(text, budget):
        if is_text or piece not in _SIGNS:
            if key:
                open_messages[-1].append((key, piece))
            key = "" if key else piece
        elif piece in "{<":
            open_messages.append(_opened(open_messages, key))
            key = ""
        elif piece in "}>":
            open_messages.pop()
            if not open_messages:
                raise Unreadable(Cause.DAMAGED, "The text closes more parts than it opens.")
    return top


def _opened(open_messages: list[Message], key: str) -> Message:
    if not key or len(open_messages) > _DEEPEST:
        raise Unreadable(Cause.DAMAGED, "The text is no description of a network, or is nested too deeply.")
    made: Message = []
    open_messages[-1].append((key, made))
    return made


def _tokens(text: str, budget: Budget) -> Iterator[tuple[str, bool]]:
    at = 0
    while (found := _TOKEN.match(text, at)) is not None:
        budget.spend_items()
        at = found.end()
        quoted = found.group(1)
        yield (quoted[1:-1], True) if quoted is not None else (found.group(2) or found.group(3), False)


def word(message: Message, key: str) -> str:
    """The first text under a key."""
    return next((value for name, value in message if name == key and isinstance(value, str)), "")


def words(message: Message, key: str) -> list[str]:
    """All texts under a key."""
    return [value for name, value in message if name == key and isinstance(value, str)]


def inner(message: Message, *keys: str) -> list["Message"]:
    """All messages under one of the keys."""
    return [value for name, value in message if name in keys and not isinstance(value, str)]


def number(message: Message, key: str, default: int = 0) -> int:
    """The first whole number under a key."""
    text = word(message, key)
    return int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 16 else default
