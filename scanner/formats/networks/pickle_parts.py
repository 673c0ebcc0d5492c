"""What is inside the values of a pickle: texts, names and blocks of numbers, each with the keys that lead to it."""

from collections.abc import Iterator

from scanner.formats.networks.pickle_values import Block, Kept, Made, Name, Value
from scanner.model.source import Budget


def parts_of(value: Value, budget: Budget, deepest: int = 24) -> Iterator[tuple[str, Value]]:
    """Every text, name and block in a value, each with the keys that lead to it, joined by dots."""
    open_parts: list[tuple[str, Value, int]] = [("", value, 0)]
    seen: set[int] = set()
    while open_parts:
        budget.spend_items()
        path, part, depth = open_parts.pop()
        if isinstance(part, (Block, str, Name, Kept)):
            yield path, part
            continue
        if depth >= deepest or id(part) in seen or not isinstance(part, (dict, list, tuple, Made)):
            continue
        seen.add(id(part))
        for key, inner in _inside(part):
            budget.spend_items()
            open_parts.append((f"{path}.{key}".strip(".") if key else path, inner, depth + 1))


def _inside(part: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield (str(key) if isinstance(key, (str, int)) and str(key)[:1] != "_" else ""), value
    elif isinstance(part, Made):
        yield from (("", inner) for inner in (part.by, part.arguments, part.state, part.entries))
        yield from _inside(part.items)
    else:
        yield from (("", value) for value in part)
