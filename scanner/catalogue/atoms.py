"""Atoms: the literals of which a file must hold at least one before any rule of a YARA source text can match it.

A quick search for them spares most files the slower rules, so each step here claims only what is true of every match:
`$a and x` needs what `$a` needs, `$a or $b` one of both, `not $a` nothing. Whatever is not understood needs nothing
either, and such rules are run on every file.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from struct import error, pack
from typing import NamedTuple

from scanner.catalogue.literals import Literal, Needed, NotUnderstood, enough, needed_by_string, shortest

_INTEGERS = {"uint32": "<I", "int32": "<I", "uint32be": ">I", "int32be": ">I"}
"""Functions that read four bytes, and in which order."""
_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)
    |"(?:[^"\\\n]|\\.)*"                  # text
    |/(?:[^/\\\n]|\\.)+/[is]*             # regular expression
    |!=|[$\#@!]?\w+\*?|[$\#@!]\*?         # keywords, numbers, identifiers
    |==|<=|>=|<<|>>|\.\.|[(){}\[\],:.=<>+*\\%&|^~-]""",
    re.VERBOSE | re.DOTALL,
)
_HEX_STRING = re.compile(r"\{[0-9A-Fa-f?~()|\[\]\s-]*\}")


class YaraString(NamedTuple):
    """A string of a rule."""

    value: str
    """As the text has it, in its quotes, slashes or braces."""
    modifiers: frozenset[str]


class YaraRule(NamedTuple):
    """A rule as far as it is read here."""

    strings: dict[str, YaraString]
    """By identifier."""
    condition: Sequence[str]
    """Its tokens."""


def needed_literals(source: str) -> Needed:
    """What a file must hold for any rule of a source text to match it."""
    try:
        return _any(_needed_by_rule(rule) for rule in yara_rules(source))
    except ValueError:  # NotUnderstood, or a text that is none
        return None


def yara_rules(source: str) -> list[YaraRule]:
    """The rules of a source text. Raises `NotUnderstood`."""
    return list(_rules(_tokens(source)))


def _needed_by_rule(rule: YaraRule) -> Needed:
    needed = {name: needed_by_string(string.value, string.modifiers) for name, string in rule.strings.items()}
    return _needed_by(needed, rule.condition)


def _tokens(source: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(source):
        is_hex = tokens[-1:] == ["="] and source[at] == "{"
        found = (_HEX_STRING if is_hex else _TOKEN).match(source, at)
        if found is None:
            raise NotUnderstood(source[at : at + 20])
        if is_hex or found["blank"] is None:
            tokens.append(found[0])
        at = found.end()
    return tokens


def _rules(tokens: Sequence[str]) -> Iterator[YaraRule]:
    at = 0
    while at < len(tokens):
        if tokens[at] in ("private", "global", "import"):
            at += 2 if tokens[at] == "import" else 1
            continue
        if tokens[at] != "rule":
            raise NotUnderstood(tokens[at])
        start = _place(tokens, "{", at)
        end = _place(tokens, "}", start)
        condition = _place(tokens, "condition", start, end)
        strings = _place(tokens, "strings", start, condition) if "strings" in tokens[start:condition] else condition
        yield YaraRule(dict(_strings(tokens[strings + 2 : condition])), tokens[condition + 2 : end])
        at = end + 1


def _place(tokens: Sequence[str], token: str, start: int, end: int | None = None) -> int:
    try:
        return tokens.index(token, start, len(tokens) if end is None else end)
    except ValueError as absent:
        raise NotUnderstood(token) from absent


def _strings(tokens: Sequence[str]) -> Iterator[tuple[str, YaraString]]:
    starts = [at for at, token in enumerate(tokens) if token.startswith("$")]
    for number, start in enumerate(starts):
        match tokens[start : (*starts, len(tokens))[number + 1]]:
            case [str(identifier), "=", str(value), *modifiers]:
                # Strings without a name are told apart by their number.
                name = identifier if identifier != "$" else f"$ {number}"
                yield name, YaraString(value, frozenset(modifiers))
            case _:
                raise NotUnderstood(tokens[start])


def _needed_by(strings: Mapping[str, Needed], tokens: Sequence[str]) -> Needed:
    """What a condition needs. `or` binds weakest, then `and`."""
    return _any(
        _all(_needed_by_term(strings, term) for term in _split(alternative, "and"))
        for alternative in _split(tokens, "or")
    )


def _nesting(word: str) -> int:
    return (word in ("(", "[")) - (word in (")", "]"))


def _split(tokens: Sequence[str], word: str) -> Iterator[Sequence[str]]:
    """The parts between a word, where it stands outside brackets."""
    depth = start = 0
    for at, token in enumerate(tokens):
        depth += _nesting(token)
        if token == word and not depth:
            yield tokens[start:at]
            start = at + 1
    yield tokens[start:]


def _needed_by_term(strings: Mapping[str, Needed], term: Sequence[str]) -> Needed:
    match list(term):
        case ["false"]:
            return frozenset()
        case [str(name)] | [str(name), "at" | "in", *_] if name in strings:
            return strings[name]
        case [str(count), "of", "them"] | [str(count), "of", "them", "at" | "in", *_]:
            return _needed_by_several(count, strings.values())
        case [str(count), "of", "(", *rest] if ")" in rest and rest[rest.index(")") + 1 :][:1] in ([], ["at"], ["in"]):
            return _needed_by_several(count, _chosen(strings, rest[: rest.index(")")]))
        case [str(function), "(", _, ")", "==", str(number)] if function in _INTEGERS:
            return _needed_by_integer(function, number)
        case ["(", *inner, ")"] if _is_one_bracket(inner):
            return _needed_by(strings, inner)
        case _:
            return None


def _is_one_bracket(inner: Sequence[str]) -> bool:
    """Whether the tokens between a first and a last bracket never close the first."""
    depth = 0
    for token in inner:
        depth += _nesting(token)
        if depth < 0:
            return False
    return True


def _chosen(strings: Mapping[str, Needed], names: Sequence[str]) -> list[Needed]:
    """What the strings of a list need, `$a*` standing for several."""
    chosen: list[Needed] = []
    for name in names:
        fitting = [s for s in strings if s == name or (name.endswith("*") and s.startswith(name[:-1]))]
        if name != "," and not fitting:
            raise NotUnderstood(name)
        chosen.extend(strings[s] for s in fitting)
    return chosen


def _needed_by_several(count: str, needed: Iterable[Needed]) -> Needed:
    if count == "all":
        return _all(needed)
    return _any(needed) if count == "any" or (count.isdecimal() and int(count) > 0) else None


def _needed_by_integer(function: str, number: str) -> Needed:
    """The four bytes that a function reads as a number."""
    try:
        return enough([Literal(pack(_INTEGERS[function], int(number, 0)))])
    except (ValueError, error):
        return None


def _any(alternatives: Iterable[Needed]) -> Needed:
    """What is needed where one of several is true."""
    joined: frozenset[Literal] = frozenset()
    for needed in alternatives:
        if needed is None:
            return None
        joined |= needed
    return joined


def _all(parts: Iterable[Needed]) -> Needed:
    """What is needed where all of several are true: whatever is most telling of what each needs."""
    return reduce(_more_telling, parts, None)


def _more_telling(one: Needed, other: Needed) -> Needed:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other, key=lambda needed: (shortest(needed), -len(needed)))
