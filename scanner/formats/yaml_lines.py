"""YAML as settings are written in it, read by its lines in one pass: a value for each path of keys, with its line.

A full parser takes a second for 100 KiB, expands aliases, and gives up at the first line that is no YAML, as templates
(`{{ … }}`) have them. Settings are block mappings and sequences, one-line scalars and small flow collections: those are
read. Aliases and merged keys are passed over, so nothing grows. The text under a key that names a file of settings
(`app.yml: |`, as Kubernetes keeps them) is read as a tree of its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.formats.config_facts import Leaf, Path
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_MAX_DEPTH = 60
_MAX_FLOW_LINES = 200
_TOKENS = re.compile(
    r"""\s+|"(?:[^"\\]|\\.){0,4000}"|'[^']{0,4000}'|[\[\]{},]|(?:[^\[\]{},:"'\s]|:(?=[^\s\[\]{},]))+|."""
)
_MARKS = re.compile(r"(?:[&!][^\s,\[\]{}]{0,200}\s+)+")
"""Anchors and tags before a value."""
_NESTED = (".yml", ".yaml")


@dataclass(slots=True)
class _State:
    """Where the reading is: open keys and lists by their indent, and text to pass over."""

    open: list[tuple[int, str | int | None]] = field(default_factory=list)
    """Level (twice the indent, and one more for a list) and key or number; None: a tree of its own begins below."""
    text_indent: int = -1
    """Indent of the key whose text follows, while that is passed over."""
    quote: str = ""
    """The quote that a scalar of several lines ends with."""
    is_cut: bool = False
    """Whether the text ended within a flow collection."""

    def path(self) -> Path:
        """The keys and numbers that lead here."""
        found: list[str | int] = []
        for _, part in reversed(self.open):
            if part is None:
                break
            found.append(part)
        return tuple(reversed(found))

    def enter(self, level: int, part: str | int) -> None:
        """Open a key or list entry, and close what lies deeper."""
        while self.open and self.open[-1][0] >= level:
            self.open.pop()
        if len(self.open) < _MAX_DEPTH:
            self.open.append((level, part))

    def next_entry(self, level: int) -> None:
        """Open the next entry of the list at this level."""
        while self.open and self.open[-1][0] > level:
            self.open.pop()
        last = self.open.pop() if self.open and self.open[-1][0] == level else None
        self.enter(level, last[1] + 1 if last is not None and isinstance(last[1], int) else 0)


def yaml_leaves(text: str, budget: Budget) -> Iterator[Leaf]:
    """Yield each scalar with its path and line.

    Raises:
        Unreadable: damaged, when the text ends within a scalar or collection.
    """
    state = _State()
    lines = iter(enumerate(text.split("\n"), 1))
    for number, line in lines:
        budget.spend_items()
        content = _content(line[:4096].rstrip(), state)
        if not content:
            continue
        value = _placed(content.lstrip(), len(content) - len(content.lstrip()), state)
        if value is not None and value[:1] in ("{", "["):
            yield from _flow(_whole_flow(value, lines, state, budget), state.path(), number, budget)
        elif value:
            yield Leaf(state.path(), _unquoted(value), f"line {number}")
    if state.quote or state.is_cut:
        reason = "The file ends within a text or a list that has no end; what stands before was read."
        raise Unreadable(Cause.DAMAGED, reason)


def _content(line: str, state: _State) -> str:
    """The line without its comment, or nothing where it belongs to a text or holds none."""
    stripped = line.strip()
    if state.quote:
        state.quote = "" if stripped.endswith(state.quote) else state.quote
        return ""
    indent = len(line) - len(line.lstrip())
    if state.text_indent >= 0:
        if not stripped or indent > state.text_indent:
            return ""
        state.text_indent = -1
    if line.startswith(("---", "...")):
        state.open.clear()
        return ""
    return "" if stripped[:1] in ("", "#", "%") else _without_comment(line)


def _without_comment(line: str) -> str:
    at = line.find(" #")
    while at >= 0:
        before = line[:at]
        if before.count('"') % 2 == 0 and before.count("'") % 2 == 0:
            return before.rstrip()
        at = line.find(" #", at + 1)
    return line


def _placed(content: str, indent: int, state: _State) -> str | None:
    """Open the list entries and the key that a line begins with; returns the value, None for a line without one."""
    is_entry = False
    while content.startswith("- ") or content == "-":
        is_entry = True
        state.next_entry(2 * indent + 1)
        rest = content[1:].lstrip()
        indent += len(content) - len(rest)
        content = rest
    key, value = _key_and_value(content)
    if key is None:
        return _scalar(value, indent - 1, state) if is_entry else None
    if key == "<<":
        return None
    state.enter(2 * indent, key)
    return _scalar(value, indent, state, key)


def _key_and_value(content: str) -> tuple[str | None, str]:
    quote = content[:1]
    if quote in ('"', "'"):
        end = content.find(quote, 1)
        behind = content[end + 1 :].lstrip() if end > 0 else ""
        return (content[1:end], behind[1:].strip()) if behind.startswith(":") else (None, content)
    if quote in ("{", "["):
        return None, content
    at = content.find(": ")
    if at < 0:
        return (content[:-1].rstrip(), "") if content.endswith(":") else (None, content)
    return content[:at].rstrip(), content[at + 2 :].strip()


def _scalar(value: str, indent: int, state: _State, key: str = "") -> str | None:
    """The value of this line, None if it is a text, an alias or empty."""
    value = _MARKS.sub("", value, count=1) if value[:1] in ("&", "!") else value
    if value[:1] in ("|", ">"):
        if key.endswith(_NESTED):
            state.open.append((state.open[-1][0], None))
        else:
            state.text_indent = max(indent, 0)
        return None
    if value[:1] in ('"', "'") and (len(value) == 1 or value[-1] != value[0]):
        state.quote = value[0]
        return None
    return None if value[:1] in ("", "*", "&", "!") else value


def _unquoted(value: str) -> str:
    return value[1:-1] if value[:1] in ('"', "'") and value[-1:] == value[:1] and len(value) > 1 else value


def _whole_flow(value: str, lines: Iterator[tuple[int, str]], state: _State, budget: Budget) -> str:
    """A flow collection with the lines it goes on in."""
    parts = [value]
    depth = _depth(value)
    for _ in range(_MAX_FLOW_LINES):
        if depth <= 0:
            break
        number, line = next(lines, (0, "]" * 4096))
        state.is_cut = not number
        budget.spend_items()
        line = _without_comment(line[:4096]).strip()
        parts.append("" if line.startswith("#") else line)
        depth += _depth(parts[-1])
    return " ".join(parts)


def _depth(text: str) -> int:
    return text.count("{") + text.count("[") - text.count("}") - text.count("]")


def _flow(text: str, above: Path, line: int, budget: Budget) -> Iterator[Leaf]:
    """The scalars of a flow collection, `{a: [b, c]}`."""
    path: list[str | int] = []
    """The key or number in each open collection."""
    pending = ""
    was_quoted = False
    for piece in _TOKENS.findall(text):
        budget.spend_items()
        if piece in ("{", "["):
            if len(path) >= _MAX_DEPTH:
                return
            path.append("" if piece == "{" else 0)
            pending = ""
        elif piece == ":" or (was_quoted and piece.startswith(":")):
            if path and isinstance(path[-1], str):
                path[-1] = _unquoted(pending.strip())
            pending = piece[1:]
        elif piece in (",", "]", "}"):
            if pending.strip() and path:
                yield Leaf((*above, *path), _unquoted(pending.strip()), f"line {line}")
            pending = ""
            _advance(path, piece)
        else:
            pending += piece
        was_quoted = piece[:1] in ('"', "'") and len(piece) > 1


def _advance(path: list[str | int], piece: str) -> None:
    if not path:
        return
    if piece != ",":
        path.pop()
        return
    last = path[-1]
    path[-1] = last + 1 if isinstance(last, int) else ""
