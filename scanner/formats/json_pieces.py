"""JSON that is no JSON throughout, read as far as it goes: cut off, with comments, or in a dialect of it.

Brackets, commas and colons are taken as RFC 8259 means them; between them stand quoted texts or words. What else a
dialect allows (comments, trailing commas, names without quotes) does no harm; only where a text or a bracket has no end
does the reading stop.
"""

import re
from collections.abc import Callable, Iterator

import msgspec

from scanner.formats.json_tree import Json, json_object
from scanner.model.observation import Observation
from scanner.model.source import Budget, Source, Unreadable
from scanner.model.vocabulary import Cause

_TOKEN = re.compile(
    r"""(?P<passed>\s+|//[^\n]*|/\*.*?(?:\*/|\Z)|/)|(?P<mark>[{}\[\],:])|"(?P<text>(?:[^"\\\n]|\\.)*+)"|"""
    r"""'(?P<plain>(?:[^'\\\n]|\\.)*+)'|(?P<word>[^\s{}\[\],:"'/]+)|(?P<broken>["'])""",
    re.DOTALL,
)
_MAX_DEPTH = 200
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}


class _Open:
    """An object or list whose end has not come yet."""

    def __init__(self, values: dict[str, object] | list[object]) -> None:
        self.values = values
        self.key = ""

    def put(self, value: object) -> None:
        """The next of a list, or a value under the key before it; one without a key is none."""
        if isinstance(self.values, list):
            self.values.append(value)
        elif self.key:
            self.values[self.key] = value
        self.key = ""


class _Tree:
    """What was read so far."""

    def __init__(self) -> None:
        self.found: list[object] = []
        self.around: list[_Open] = [_Open(self.found)]
        self._pending: list[object] = []
        """The value that was read and not put anywhere, if there is one."""

    def take(self, mark: str) -> None:
        """What a bracket, comma or colon says of the value before it."""
        last = self.around[-1]
        if mark == ":":
            last.key = str(self._pending[-1]) if self._pending else ""
        elif mark in "{[":
            inner = _Open({} if mark == "{" else [])
            last.put(inner.values)
            self.around.append(inner)
        else:
            for value in self._pending:
                last.put(value)
            if mark != "," and len(self.around) > 1:
                self.around.pop()
        self._pending = []

    def hold(self, value: object) -> None:
        """A value of which the next mark tells whether it is a key."""
        self._pending = [value]


def told_of_json(
    source: Source, budget: Budget, tell: Callable[[Json], Iterator[Observation]], limit_bytes: int = 32 * 1024 * 1024
) -> Iterator[Observation]:
    """What `tell` says of the object that a file consists of; of a damaged one, of what stands before the damage.

    Raises:
        Unreadable: damaged, when it is no JSON object; limit, when it is too long or nested too deeply.
    """
    try:
        tree = json_object(source, budget, limit_bytes)
    except Unreadable as why:
        if why.cause is not Cause.LIMIT:
            tree, problem = json_pieces(bytes(source.view()), budget)
            yield from tell(tree)
            raise problem or why from why
        raise
    yield from tell(tree)


def lenient_json(source: Source, budget: Budget, limit_bytes: int) -> tuple[Json, Unreadable | None]:
    """The object that a file consists of, comments and dialects allowed, and why it breaks off if it does.

    Raises:
        Unreadable: limit, when it is too long or nested too deeply.
    """
    try:
        return json_object(source, budget, limit_bytes), None
    except Unreadable as why:
        if why.cause is Cause.LIMIT:
            raise
        return json_pieces(bytes(source.view()), budget)


def json_pieces(data: bytes, budget: Budget) -> tuple[Json, Unreadable | None]:
    """The object as far as it can be read, and why it ends there if it does."""
    text = data.decode("utf-8-sig", "backslashreplace")
    tree = _Tree()
    problem = _read(text, tree, budget)
    return next((value for value in tree.found if isinstance(value, dict)), {}), problem


def _read(text: str, tree: _Tree, budget: Budget) -> Unreadable | None:
    for token in _TOKEN.finditer(text):
        budget.spend_items()
        if token["broken"]:
            return _stops(text, token.start(), "a text that has no end")
        if token["mark"]:
            tree.take(token["mark"])
            if len(tree.around) > _MAX_DEPTH:
                return Unreadable(Cause.LIMIT, "The file is nested too deeply to be read.")
        elif not token["passed"]:
            tree.hold(_value(token))
    return _stops(text, len(text), "an object that has no end") if len(tree.around) > 1 else None


def _value(token: re.Match[str]) -> object:
    if token["text"] is not None:
        try:
            return msgspec.json.decode(token[0].encode("utf-8", "replace"))
        except msgspec.DecodeError:
            return token["text"]
    return token["plain"] if token["plain"] is not None else _WORDS.get(token["word"], token["word"])


def _stops(text: str, at: int, where: str) -> Unreadable:
    line = text.count("\n", 0, at) + 1
    return Unreadable(Cause.DAMAGED, f"The file breaks off in line {line:,}, in {where}; what stands before was read.")
