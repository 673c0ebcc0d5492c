"""Limits as people write them: `seconds=60`, `member-bytes=8G`, `target-seconds=3600`."""

import re
from collections.abc import Iterable

import msgspec

from scanner.engine.budget import Limits, TargetLimits

_OF_TARGET = "target-"
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)")
_TIMES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class BadLimit(Exception):
    """A limit that cannot be obeyed, in a sentence without the option's name."""


def limit_names() -> tuple[str, ...]:
    """Every limit that can be told, as it is written."""
    of_file = tuple(field.replace("_", "-") for field in Limits.__struct_fields__)
    return (*of_file, *(_OF_TARGET + field.replace("_", "-") for field in TargetLimits.__struct_fields__))


def told_limits(words: Iterable[str]) -> tuple[Limits, TargetLimits]:
    """The usual limits, with those that are told in their place.

    Counts and bytes may end in K, M, G or T (times 1,024). Raises `BadLimit`.
    """
    of_file: dict[str, float] = {}
    of_target: dict[str, float] = {}
    for word in words:
        name, separator, value = word.strip().partition("=")
        if not separator or name not in limit_names():
            raise BadLimit(f"{word!a} is no limit; write NAME=VALUE with one of {', '.join(limit_names())}.")
        told = of_target if name.startswith(_OF_TARGET) else of_file
        field = name.removeprefix(_OF_TARGET).replace("-", "_")
        told[field] = _number(name, value, whole=field != "seconds")
    if not all(of_file.values()):
        raise BadLimit("a limit of one file must be more than 0.")
    return (
        msgspec.structs.replace(Limits(), **of_file),
        msgspec.structs.replace(TargetLimits(), **of_target),
    )


def _number(name: str, value: str, *, whole: bool) -> float:
    found = _SIZE.fullmatch(value.upper())
    if found is None:
        raise BadLimit(f"{name} takes a number such as 600 or 2G; {value!a} is none.")
    number = float(found[1]) * _TIMES[found[2]]
    return int(number) if whole else number
