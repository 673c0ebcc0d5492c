"""TOML files as plain values, and the tables in them by path.

Specification: https://toml.io/en/v1.0.0. The standard library parses; what it would take too long or too deep for is
refused before.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from scanner.model.observation import Observation
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

Toml = dict[str, Any]
"""Any: TOML's values are of many types; whoever takes one out asks for its type."""

_TURNS = 16
_STOPPED_AT = re.compile(r"\(at line (\d+)")
_MAX_DOTS = 2000
"""In one line: dotted keys are resolved in quadratic time."""


def toml(data: bytes) -> Toml:
    """The whole file.

    Raises:
        Unreadable: damaged, when it is not TOML; limit, when it is nested too deeply.
    """
    import tomllib

    text = data.decode("utf-8-sig", "backslashreplace")
    if any(line.count(".") > _MAX_DOTS for line in text.splitlines()):
        raise Unreadable(Cause.LIMIT, "A line of the TOML file has too many dots to be read in reasonable time.")
    try:
        return tomllib.loads(text)
    except ValueError as error:  # also numbers and dates that Python cannot hold
        raise Unreadable(Cause.DAMAGED, f"The file is not the TOML it should be: {str(error)[:200]}.") from error
    except RecursionError as error:
        raise Unreadable(Cause.LIMIT, "The TOML file is nested too deeply to be read.") from error


def told_of_toml(data: bytes, tell: Callable[[Toml], Iterator[Observation]]) -> Iterator[Observation]:
    """What `tell` says of a file; of a damaged one, of what stands before the damage.

    Raises:
        Unreadable: damaged, when it is not TOML; limit, when it is nested too deeply.
    """
    tree, problem = toml_so_far(data)
    yield from tell(tree)
    if problem is not None:
        raise problem


def toml_so_far(data: bytes) -> tuple[Toml, Unreadable | None]:
    """The file as far as it can be read, and why it ends there if it does: up to the last whole statement before the
    place where the parser stopped."""
    lines = data.splitlines(keepends=True)
    problem: Unreadable | None = None
    for turn in range(_TURNS):
        try:
            return toml(b"".join(lines)), problem
        except Unreadable as why:
            problem = problem or why
            stopped = _STOPPED_AT.search(why.reason)
            end = int(stopped[1]) - 1 if stopped else len(lines)
            # What has no end is told at the end: then a line goes each time, and in the end more.
            lines = lines[: max(0, min(end, len(lines) - (1 << max(0, turn - 8))))]
    return {}, problem


def tables(tree: Toml, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """What stands under these keys, each with its dotted place; `*` is any key."""
    found: list[tuple[str, Any]] = [("", tree)]
    for key in path:
        deeper: list[tuple[str, Any]] = []
        for place, value in found:
            if isinstance(value, dict):
                keys = value if key == "*" else (key,) if key in value else ()
                deeper += [(f"{place}.{name}" if place else name, value[name]) for name in keys]
        found = deeper
    yield from found
