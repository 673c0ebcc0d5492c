"""YAML 1.2 as a tree of text with line numbers.

Every scalar stays the text that was written: there are no dates, floats or `yes`/`no` booleans to be guessed, and what
a field means is decided where it is read (`section`). Of YAML's features only those a data file needs are taken:
one document of mappings, lists and scalars. Aliases, anchors, tags and a second document are refused, which also rules
out documents that grow without bound when their aliases are followed.

Specification: YAML 1.2.2, https://yaml.org/spec/1.2.2/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from scanner.catalogue.signature_error import SignatureError, quoted

_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text."""

    text: str
    line: int
    is_plain: bool
    """Written without quotes: only such a text can be a boolean."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    nodes: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with their values, in the order of the file."""

    nodes: dict[str, "Node"]
    lines: dict[str, int]
    """The line of each key."""
    line: int


Node: TypeAlias = Scalar | Items | Mapping


def read_tree(content: bytes, file: str) -> Node:
    """The one document of a file. Raises `SignatureError` with the line of the mistake."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    text = _decoded(content, file)
    # The pure parser: the C one, where it is installed, reads YAML 1.1.
    builder = _TreeBuilder(YAML(typ="safe", pure=True).parse(text), file)
    try:
        return builder.document()
    except (YAMLError, ValueError, OverflowError) as error:  # the last two: escapes beyond Unicode
        raise _syntax_error(error, text, file, builder.line) from error


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SignatureError(file, line, "is not UTF-8 text.") from error


def _syntax_error(error: Exception, text: str, file: str, line: int) -> SignatureError:
    """The parser's complaint in our words. `line` is where it had come to, for complaints that do not say."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    position = getattr(error, "position", None)
    if mark is not None:
        line = mark.line + 1
    elif position is not None:
        line = text.count("\n", 0, position) + 1
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    message = f"is not valid YAML: {str(problem).splitlines()[0]}. Texts with special characters need quotes."
    return SignatureError(file, line, message)


class _TreeBuilder:
    """Builds nodes from the parser's events."""

    def __init__(self, events: object, file: str) -> None:
        assert isinstance(events, Iterator)
        self._events = events
        self._file = file
        self.line = 1
        """Of the last event."""

    def document(self) -> Node:
        kind, event = self._next()
        while kind in ("StreamStartEvent", "DocumentStartEvent"):
            if getattr(event, "version", None) is not None:
                raise self._error(event, "names a YAML version; leave that line out: every file is read as YAML 1.2.")
            kind, event = self._next()
        if kind == "StreamEndEvent":
            raise SignatureError(self._file, 1, "is empty.")
        node = self._node(kind, event, 0)
        kind, event = self._next()
        while kind == "DocumentEndEvent":
            kind, event = self._next()
        if kind != "StreamEndEvent":
            raise self._error(event, "begins a second document (`---`); a file holds one.")
        return node

    def _next(self) -> tuple[str, "_Event"]:
        event = next(self._events)
        self.line = event.start_mark.line + 1
        return type(event).__name__, event

    def _error(self, event: "_Event", message: str) -> SignatureError:
        return SignatureError(self._file, event.start_mark.line + 1, message)

    def _node(self, kind: str, event: "_Event", depth: int) -> Node:
        self._refuse_what_data_needs_not(kind, event, depth)
        line = event.start_mark.line + 1
        if kind == "ScalarEvent":
            if any("\ud800" <= c <= "\udfff" for c in event.value):
                raise self._error(event, "what an escape from \\uD800 to \\uDFFF stands for is half a character.")
            return Scalar(event.value, line, is_plain=not event.style)
        if kind == "SequenceStartEvent":
            return Items(tuple(self._items(depth)), line)
        return self._mapping(line, depth)

    def _refuse_what_data_needs_not(self, kind: str, event: "_Event", depth: int) -> None:
        if kind == "AliasEvent":
            hint = "aliases (`*name`) are not read; put a text that begins with `*` in quotes."
            raise self._error(event, hint)
        if event.anchor is not None:
            raise self._error(event, "anchors (`&name`) are not read; put a text that begins with `&` in quotes.")
        if event.tag is not None:
            raise self._error(event, f"tags ({quoted(str(event.tag))}) are not read; leave it out.")
        if depth > _DEPTH:
            raise self._error(event, f"is nested more than {_DEPTH} levels deep.")

    def _items(self, depth: int) -> Iterator[Node]:
        kind, event = self._next()
        while kind != "SequenceEndEvent":
            yield self._node(kind, event, depth + 1)
            kind, event = self._next()

    def _mapping(self, line: int, depth: int) -> Mapping:
        nodes: dict[str, Node] = {}
        lines: dict[str, int] = {}
        kind, event = self._next()
        while kind != "MappingEndEvent":
            key = self._node(kind, event, depth + 1)
            if not isinstance(key, Scalar):
                raise self._error(event, "a key must be a word.")
            if key.text in nodes:
                raise self._error(
                    event, f"the key {quoted(key.text)} stands twice; it is also in line {lines[key.text]}."
                )
            kind, event = self._next()
            value = self._node(kind, event, depth + 1)
            if value == Scalar("", value.line, is_plain=True):  # nothing: its mark may stand in the next line
                value = Scalar("", key.line, is_plain=True)
            nodes[key.text] = value
            lines[key.text] = key.line
            kind, event = self._next()
        return Mapping(nodes, lines, line)


class _Mark:
    line: int


class _Event:
    """What is read of ruamel's events, whose types do not tell them apart."""

    start_mark: _Mark
    anchor: str | None
    tag: object
    value: str
    style: str | None
