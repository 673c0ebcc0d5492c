"""Rows of numbers beside names, in whatever a pickle would build: how many, how wide, how laid out.

Embeddings of people are kept so. Only words that programs use as keys are told, from a closed list: any other key may
be the name of a person.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from scanner.formats.networks.pickle_values import Block, Made, Value
from scanner.model.source import Budget

UNDER_KEYS, RECORDS, BESIDE_TEXTS = "rows under keys", "records of rows", "rows beside texts"
_NO_ROWS = frozenset({"bool8", "int16", "int32", "int64", "uint16", "uint32", "uint64"})
"""Types of numbers that label and count."""
_SHORTEST_ROW = 32
_WIDEST_ROW = 65_536
_DEEPEST = 24
_MOST_KEYS = 64
_WEIGHTS = ("weight", "bias", "gamma", "beta", "kernel", "running_", "in_proj_", "qkv", "lstm")
"""How the last words begin under which layers of networks keep what they learned."""
_VOCABULARY = (
    "known face faces encoding encodings embedding embeddings feature features descriptor descriptors vector "
    "vectors name names label labels id ids person persons people user users identity identities path paths "
    "image images photo photos file files filename filenames class classes data token tokens sentence "
    "sentences document documents paragraph paragraphs text texts made with model models version hash distance "
    "distances threshold target box boxes bbox landmarks source meta metadata index score scores confidence "
    "created date time detector backend x y w h age gender emotion race norm rows count size width dim enc emb "
    "feats list dict db database speaker speakers voice voices product products word words track tracks camera "
    "frame frames timestamp timestamps "
)
_OF_PROGRAMS = frozenset(_VOCABULARY.split())
_KEY = re.compile(r"[A-Za-z_-]{1,40}")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


class Rows(NamedTuple):
    """A store of rows."""

    number: int
    width: int
    layout: str
    keys: tuple[str, ...]


class Held(NamedTuple):
    """What a value holds: rows of numbers, or the weights of a network, or neither."""

    rows: Rows | None = None
    has_weights: bool = False
    is_named: bool = False
    """Keys are those of layers; only then may they be told, for elsewhere they may be names of people."""


def held_in(value: Value, budget: Budget) -> Held:
    """What a value holds. Blocks of three axes and more, and names of weights, are those of a network."""
    value = _without_array(value)
    widths: Counter[int] = Counter()
    has_texts = is_named = is_deep = False
    for key, part in _parts(value, budget):
        if isinstance(part, str):
            has_texts |= bool(part)
            continue
        is_named |= key.startswith(_WEIGHTS)
        is_deep |= len(part) > 2
        if part and _SHORTEST_ROW <= part[-1] <= _WIDEST_ROW and len(part) <= 2:
            widths[part[-1]] += part[0] if len(part) == 2 else 1
    if is_named or is_deep:
        return Held(has_weights=True, is_named=is_named)
    if not widths:
        return Held()
    width = max(widths, key=lambda w: (widths[w], -w))
    return Held(Rows(widths[width], width, _layout(value, has_texts=has_texts), _keys(value)))


def _without_array(value: Value) -> Value:
    """What an array of one object holds, as `numpy.save` makes one of a dictionary."""
    state = value.state if isinstance(value, Made) else None
    held = state[-1] if isinstance(state, tuple) and state else None
    return held[0] if isinstance(held, list) and len(held) == 1 else value


def is_of_programs(key: object) -> bool:
    """Whether a key consists of words that programs use."""
    if not isinstance(key, str) or _KEY.fullmatch(key) is None:
        return False
    words = _WORDS.findall(key)
    return bool(words) and all(word.lower() in _OF_PROGRAMS for word in words)


def _layout(value: Value, *, has_texts: bool) -> str:
    if isinstance(value, dict) and value and not all(map(is_of_programs, value)):
        return UNDER_KEYS
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return RECORDS
    return BESIDE_TEXTS if has_texts else ""


def _keys(value: Value) -> tuple[str, ...]:
    """Keys at the top, or of the first record, as far as they are words of programs."""
    holder = value[0] if isinstance(value, (list, tuple)) and value else value
    keys = holder if isinstance(holder, dict) else value if isinstance(value, dict) else ()
    return tuple(sorted(key for key in islice(keys, _MOST_KEYS) if is_of_programs(key)))


def _parts(value: Value, budget: Budget) -> Iterator[tuple[str, str | tuple[int, ...]]]:
    """Texts, and shapes of blocks of numbers and of lists of floats, each with the last key that leads to it."""
    open_parts: list[tuple[str, Value, int]] = [("", value, 0)]
    seen: set[int] = set()
    while open_parts:
        budget.spend_items()
        key, part, depth = open_parts.pop()
        if isinstance(part, (Block, str)):
            if not isinstance(part, Block) or part.type not in _NO_ROWS:
                yield key, _shape_or_text(part)
        elif _is_row(part):
            yield key, (len(part),)
        elif depth < _DEEPEST and id(part) not in seen and isinstance(part, (dict, list, tuple, Made)):
            seen.add(id(part))
            for name, inner in _inside(part):
                budget.spend_items()
                open_parts.append((name or key, inner, depth + 1))


def _shape_or_text(part: Block | str) -> str | tuple[int, ...]:
    if isinstance(part, str):
        return part
    return part.type if part.type == "text" else part.shape


def _is_row(part: Value) -> bool:
    return isinstance(part, (list, tuple)) and len(part) >= _SHORTEST_ROW and {type(part[0]), type(part[-1])} == {float}


def _inside(part: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield str(key).rpartition(".")[2] if isinstance(key, str) else "", value
    elif isinstance(part, Made):
        yield from (("", inner) for inner in (part.arguments, part.state, part.entries))
        yield from _inside(part.items)
    else:
        yield from (("", value) for value in part)
