"""Literals: bytes that stand in every match of a YARA string, in each of its forms.

Alternatives, classes and what may be missing end a literal. Grammar: YARA's documentation, "Writing YARA rules" (4.5).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Literal(NamedTuple):
    """Bytes to look for."""

    raw: bytes
    caseless: bool = False
    """Whether ASCII letters stand for both cases."""


Needed = frozenset[Literal] | None
"""A file that matches holds at least one of these (none: nothing can match); None: no such set is known."""


class NotUnderstood(ValueError):
    """The text uses something that is not read here; its rules must be run on every file."""


_LEAST_BYTES = 4
"""Shorter literals, zero bytes aside, lie in too many files to spare anything."""
_AMPLE_BYTES = 10
"""Literals as long as this are rare enough."""
_ESCAPE = re.compile(r'\\(?:x([0-9A-Fa-f]{2})|(["\\])|([tnr]))', re.ASCII)
_CONTROLS = {"t": b"\t", "n": b"\n", "r": b"\r", "f": b"\f", "a": b"\a"}
_HEX_PIECE = re.compile(r"\s+|(?P<byte>[0-9A-Fa-f]{2})|(?P<open>\()|(?P<close>\))|~?[0-9A-Fa-f?]{2}|\[[0-9\s-]*\]|\|")
_EXPRESSION_PIECE = re.compile(
    rb"""\\x(?P<code>[0-9A-Fa-f]{2})
    |\\(?P<control>[tnrfa])
    |\\(?P<escaped>[^0-9A-Za-z])
    |(?P<less>[*?]|\{\d*,?\d*\})          # what stands before it may be missing
    |(?P<open>\()|(?P<close>\))|(?P<bar>\|)
    |(?P<gap>\\[wWsSdDbB]|\[\^?\]?(?:[^\]\\]|\\.)*\]|[.^$+])
    |(?P<plain>[^\\\[{])""",
    re.VERBOSE | re.DOTALL,
)


def needed_by_string(value: str, modifiers: frozenset[str], least_bytes: int = _LEAST_BYTES) -> Needed:
    """What every match of a string needs: `value` as a rule's text has it, in its quotes, slashes or braces.

    Literals with fewer bytes than so many, zero bytes aside, are as good as none.
    """
    if modifiers & {"xor", "base64", "base64wide"}:
        return None
    expression, _, flags = value.rpartition("/")
    try:
        if value.startswith('"'):
            raw = _text_bytes(value[1:-1])
        elif value.startswith("{"):
            raw = max(_hex_runs(value[1:-1]), key=len)
        else:
            raw = _telling(list(_expression_runs(expression[1:].encode("utf-8"))))
    except NotUnderstood:
        return None
    forms = [raw] if "ascii" in modifiers or "wide" not in modifiers else []
    if "wide" in modifiers:
        forms.append(b"".join(bytes((byte, 0)) for byte in raw))
    caseless = "nocase" in modifiers or (value.startswith("/") and "i" in flags)
    return enough((Literal(form, caseless) for form in forms), least_bytes)


def _telling(runs: Sequence[bytes]) -> bytes:
    """The first run of ample length, for names go from the special to the general (a host's), else the longest."""
    return next((run for run in runs if len(run) >= _AMPLE_BYTES), max(runs, key=len))


def enough(literals: Iterable[Literal], least_bytes: int = _LEAST_BYTES) -> Needed:
    """The literals as a set, unless one of them is too short."""
    needed = frozenset(literals)
    return needed if shortest(needed) >= least_bytes else None


def shortest(literals: frozenset[Literal]) -> float:
    """Bytes of the shortest literal, zero bytes aside; infinite for none."""
    return min((len(literal.raw.replace(b"\0", b"")) for literal in literals), default=float("inf"))


def longest_match(value: str, modifiers: frozenset[str]) -> int:
    """How many bytes a match of a string can have at most. Raises `NotUnderstood`, also where there is no bound."""
    if value.startswith('"'):
        longest = len(_text_bytes(value[1:-1]))
    elif value.startswith("{"):
        longest = _longest_hex(value[1:-1])
    else:
        longest = _longest_expression(value.rpartition("/")[0][1:].encode("utf-8"))
    return longest * 2 if "wide" in modifiers else longest


def _longest_hex(text: str) -> int:
    """All alternatives together are as long as any of them."""
    longest = 0
    for piece in re.findall(r"\[[^\]]*\]|[0-9A-Fa-f?]{2}", text):
        if piece.startswith("["):
            most = piece[1:-1].rpartition("-")[2].strip()
            if not most:
                raise NotUnderstood(piece)
            longest += int(most)
        else:
            longest += 1
    return longest


def _longest_expression(expression: bytes) -> int:
    """All alternatives together are as long as any of them."""
    depths, last, at = [0], 0, 0
    while at < len(expression):
        found = _EXPRESSION_PIECE.match(expression, at)
        if found is None:
            raise NotUnderstood(repr(expression))
        at = found.end()
        if found["open"]:
            depths.append(0)
        elif found["close"] and len(depths) > 1:
            last = depths.pop()
            depths[-1] += last
        elif found["less"] or found[0] == b"+":
            depths[-1] += last * (_most_times(found[0]) - 1)
        elif not found["bar"]:
            last = 1
            depths[-1] += last
    return sum(depths)


def _most_times(quantifier: bytes) -> int:
    if quantifier == b"?":
        return 1
    most = quantifier.strip(b"{}").rpartition(b",")[2]
    if not most.isdigit():
        raise NotUnderstood(repr(quantifier))
    return max(int(most), 1)


def _text_bytes(text: str) -> bytes:
    """The bytes of a text string as it is written."""
    raw = b""
    at = 0
    for escape in _ESCAPE.finditer(text):
        raw += text[at : escape.start()].encode("utf-8")
        code, itself, control = escape.groups()
        raw += bytes((int(code, 16),)) if code else itself.encode() if itself else _CONTROLS[control]
        at = escape.end()
    return raw + text[at:].encode("utf-8")


def _hex_runs(text: str) -> Iterator[bytes]:
    """Runs of fixed bytes that stand in every match, outside alternatives."""
    run = b""
    depth = at = 0
    while at < len(text):
        found = _HEX_PIECE.match(text, at)
        if found is None:
            raise NotUnderstood(text)
        at = found.end()
        depth += (found["open"] is not None) - (found["close"] is not None)
        if found["byte"] and not depth:
            run += bytes.fromhex(found["byte"])
        elif not found[0].isspace():
            yield run
            run = b""
    yield run


def _expression_runs(expression: bytes) -> Iterator[bytes]:
    """Runs of fixed characters that stand in every match of a regular expression, outside groups."""
    run = b""
    depth = at = 0
    while at < len(expression):
        found = _EXPRESSION_PIECE.match(expression, at)
        if found is None:
            raise NotUnderstood(repr(expression))
        at = found.end()
        depth += (found["open"] is not None) - (found["close"] is not None)
        if found["bar"] and not depth:
            raise NotUnderstood(repr(expression))
        character = _character(found)
        if character and not depth:
            run += character
        else:
            yield run[:-1] if found["less"] else run
            run = b""
    yield run


def _character(found: re.Match[bytes]) -> bytes:
    """The character a piece of an expression stands for; nothing if it stands for no single one."""
    if found["code"]:
        return bytes((int(found["code"], 16),))
    if found["control"]:
        return _CONTROLS[found["control"].decode()]
    return found["escaped"] or found["plain"] or b""
