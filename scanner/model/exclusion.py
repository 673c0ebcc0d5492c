"""Which files of a target the user leaves out."""

from collections.abc import Sequence
from fnmatch import fnmatchcase


def is_excluded(name: str, patterns: Sequence[str]) -> bool:
    """Whether a path below the target is left out.

    A pattern without a slash is held against each name on the way, one with a slash against the path from its
    beginning; `*` stands for anything.
    """
    parts = name.split("/")
    for pattern in (given.strip("/") for given in patterns):
        if "/" in pattern:
            if fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}/*"):
                return True
        elif any(fnmatchcase(part, pattern) for part in parts):
            return True
    return False
