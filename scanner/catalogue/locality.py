"""Locality: whether rules can be asked of pieces of a file instead of all of it, with the same answer.

That is so where each string has a literal and an end, and the condition asks only which strings there are, and looks
at places in the beginning of the file alone. Then what lies around the literals, behind the file's first
`BEGINNING_BYTES` bytes, is enough (`matching/excerpt`). A condition may ask for the file's size, which
is given to it as a variable.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from scanner.catalogue.atom_database import BEGINNING_BYTES, FILE_BYTES
from scanner.catalogue.atoms import YaraRule, yara_rules
from scanner.catalogue.literals import Literal, longest_match, needed_by_string

_LEAST_BYTES = 3
"""Shorter literals lie in too many places."""
_COMPARED = frozenset({"==", "!=", "<", ">", "<=", ">="})
_WORDS = frozenset({"and", "or", "not", "of", "them", "any", "all", "none", "true", "false", "(", ")", ",", *_COMPARED})
_INTEGER = re.compile(r"u?int(?:8|16|32)(?:be)?")
_NUMBER = re.compile(r"0x[0-9A-Fa-f]+|[0-9]+")
_SIZE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|/(?:[^/\\\n]|\\.)+/|(?P<size>\bfilesize\b)""", re.VERBOSE | re.DOTALL
)


class Locality(msgspec.Struct, frozen=True):
    """What pieces of a file must hold, so that they answer for all of it."""

    literals: frozenset[Literal]
    """Every match of every string holds one of these."""
    span: int
    """Bytes of the longest match."""


def locality(source: str) -> Locality | None:
    """What must be looked at for the rules of a source text; None if that is the whole file."""
    literals: set[Literal] = set()
    span = 0
    try:
        for rule in yara_rules(source):
            if not _asks_for_strings(rule):
                return None
            for value, modifiers in rule.strings.values():
                needed = needed_by_string(value, modifiers, _LEAST_BYTES)
                if needed is None:
                    return None
                literals |= needed
                span = max(span, longest_match(value, modifiers))
    except ValueError:  # NotUnderstood, or a text that is none
        return None
    return Locality(frozenset(literals), span)


def joined(parts: Iterable[Locality]) -> Locality:
    """What must be looked at for several texts together."""
    several = tuple(parts)
    return Locality(
        frozenset(literal for part in several for literal in part.literals),
        max((part.span for part in several), default=0),
    )


def with_size_variable(source: str) -> str:
    """The text with the variable for the file's size, which pieces of it do not have."""
    return _SIZE.sub(lambda found: FILE_BYTES if found["size"] else found[0], source)


def _asks_for_strings(rule: YaraRule) -> bool:
    """Whether a condition asks for strings, for places in the beginning, and for nothing else."""
    condition, at = list(rule.condition), 0
    while at < len(condition):
        taken = _understood(condition[at:], condition[at - 1] if at else "", rule)
        if not taken:
            return False
        at += taken
    return True


def _understood(tokens: Sequence[str], before: str, rule: YaraRule) -> int:
    """How many of the tokens are something that pieces can answer; 0 for anything else."""
    match tokens:
        case ["at", str(place), *_] if _is_in_beginning(place):
            return 2
        case ["in", "(", _, "..", str(place), ")", *_] if _is_in_beginning(place):
            return 6
        case [str(function), "(", str(place), ")", *_] if _INTEGER.fullmatch(function) and _is_in_beginning(place):
            return 4
        case [str(number), "of", *_] if _NUMBER.fullmatch(number):
            return 2
        case [str(number), *rest] if _NUMBER.fullmatch(number):
            return int(not _COMPARED.isdisjoint((before, *rest[:1])))
        case [str(word), *_]:
            is_string = word.replace("#", "$") in rule.strings or (word.startswith("$") and word.endswith("*"))
            return int(word in _WORDS or word == "filesize" or is_string)
        case _:
            return 0


def _is_in_beginning(place: str) -> bool:
    return _NUMBER.fullmatch(place) is not None and int(place, 0) <= BEGINNING_BYTES - 4
