"""Which raw names of a table a depth request asks about."""

import re
from collections.abc import Callable


def names_wanted(focus: frozenset[str]) -> Callable[[bytes], bool]:
    """A test for names; the focus holds names and patterns with `*` and `?`, an empty one wants every name."""
    if not focus:
        return lambda _name: True
    names = frozenset(name.encode("utf-8", "replace") for name in focus if not {"*", "?"} & set(name))
    parts = (
        re.escape(name).replace(r"\*", ".*").replace(r"\?", ".") for name in sorted(focus) if {"*", "?"} & set(name)
    )
    patterns = "|".join(parts)
    if not patterns:
        return names.__contains__
    matches = re.compile(patterns.encode("utf-8", "replace"), re.DOTALL).fullmatch
    return lambda name: name in names or matches(name) is not None
