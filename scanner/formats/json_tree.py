"""JSON files as plain values, for formats of which only some parts matter."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from scanner.model.source import Budget, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

JSON_BEGINNINGS = tuple(map(Magic, (b"{", b"[", b"\xef\xbb\xbf{", b"\xef\xbb\xbf[")))
"""For files that are told by what they say, whatever they are called."""
Json = dict[str, Any]
"""Any: JSON's values are of many types; whoever takes one out asks for its type."""


@lru_cache(maxsize=1)
def quoted_in(head: bytes) -> frozenset[bytes]:
    """What stands between quotation marks at the beginning of a file, keys and texts; and what stands between those.

    Many readers ask whether a JSON file is theirs by its keys, one after the other.
    """
    return frozenset(head.split(b'"'))


def json_object(source: Source, budget: Budget, limit_bytes: int = 32 * 1024 * 1024) -> Json:
    """The object a file consists of.

    Raises:
        Unreadable: damaged, when it is no JSON object; limit, when it is too long or nested too deeply.
    """
    if source.size > limit_bytes:
        reason = f"The file is larger than {limit_bytes // 1024} KiB, more than such files are, and was not read."
        raise Unreadable(Cause.LIMIT, reason)
    budget.spend_bytes(4 * source.size)
    data = bytes(source.view()).removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(data, type=Json)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(Cause.DAMAGED, f"The file is not the JSON it should be: {error}.") from error
    except RecursionError as error:
        raise Unreadable(Cause.LIMIT, "The file is nested too deeply to be read.") from error


def part(tree: object, *keys: str) -> Json:
    """The object under these keys; an empty one where there is none."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree if isinstance(tree, dict) else {}


def entries(tree: object, *keys: str) -> Iterator[tuple[int, Json]]:
    """Number and value of each object in the list under these keys; none where there is no list."""
    holder = part(tree, *keys[:-1]) if keys else {}
    values = holder.get(keys[-1]) if keys else tree
    for number, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, dict):
            yield number, value


def word(tree: object, key: str) -> str:
    """The text under a key; nothing where there is none."""
    value = tree.get(key) if isinstance(tree, dict) else None
    return value if isinstance(value, str) else ""
