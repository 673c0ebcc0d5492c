"""A mapping of a data file, read key by key: each key once, with its type, its line and a sentence when it is wrong."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import TypeAlias, TypeVar

from scanner.catalogue.signature_error import SignatureError, quoted
from scanner.catalogue.yaml_tree import Items, Mapping, Node, Scalar

_Word = TypeVar("_Word", bound=StrEnum)
Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"


class Section:
    """One mapping and what may stand in it.

    `what` names the mapping in messages ("indicator"); `known` lists its keys (None: any). Every method raises
    `SignatureError`.
    """

    def __init__(self, node: Node, file: str, what: str, known: tuple[str, ...] | None) -> None:
        self.file = file
        self.what = what
        self.line = node.line
        if not isinstance(node, Mapping):
            raise self.error(f"the {what} must be written as `key: value` lines.")
        self._node = node
        for key in node.nodes if known is not None else ():
            if known is not None and key not in known:
                raise self._unknown_key(key, known)

    def error(self, message: str, key: str | None = None) -> SignatureError:
        """The mistake, at the line of the key or of the whole mapping."""
        line = self._node.lines.get(key, self.line) if key is not None else self.line
        return SignatureError(self.file, line, message)

    def has(self, key: str) -> bool:
        """Whether the key is written."""
        return key in self._node.nodes

    def line_of(self, key: str) -> int:
        """The line of a key."""
        return self._node.lines.get(key, self.line)

    def required(self, key: str) -> str:
        """A text that must be there."""
        if not self.has(key):
            raise self.error(f"the {self.what} has no `{key}:`; add it.")
        return self.text(key)

    def text(self, key: str) -> str:
        """A text of printable characters without line breaks (those of folded texts become spaces); "" if left out."""
        return "" if not self.has(key) else self._words(self._node.nodes[key], key)

    def exact_text(self, key: str) -> str:
        """A text with any characters, exactly as written; "" if left out."""
        return "" if not self.has(key) else self._scalar(self._node.nodes[key], key).text

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if left out."""
        return tuple(self._words(node, key) for node in self._nodes(key))

    def flag(self, key: str) -> bool | None:
        """`true` or `false`; None if left out."""
        if not self.has(key):
            return None
        scalar = self._scalar(self._node.nodes[key], key)
        if not scalar.is_plain or scalar.text not in ("true", "false"):
            hint = "YAML 1.2 has no yes, no, on and off"
            raise self.error(f"`{key}:` must be true or false, not {quoted(scalar.text)} ({hint}).", key)
        return scalar.text == "true"

    def number(self, key: str) -> int:
        """A whole number of at least 1; 0 if left out."""
        if not self.has(key):
            return 0
        text = self._scalar(self._node.nodes[key], key).text
        if re.fullmatch(r"[1-9][0-9]{0,17}", text) is None:
            raise self.error(f"`{key}:` must be a whole number above 0, not {quoted(text)}.", key)
        return int(text)

    def word(self, key: str, allowed: type[_Word]) -> _Word | None:
        """One word of a closed set; None if left out."""
        return self._one_of(self._words(self._node.nodes[key], key), key, allowed) if self.has(key) else None

    def words(self, key: str, allowed: type[_Word]) -> tuple[_Word, ...]:
        """A list of words of a closed set, in the set's order and each once; empty if left out."""
        found = [self._one_of(text, key, allowed) for text in self.texts(key)]
        twice = next((word for word in found if found.count(word) > 1), None)
        if twice is not None:
            raise self.error(f"`{key}:` says {quoted(twice)} twice.", key)
        return tuple(word for word in allowed if word in found)

    def sections(self, key: str, what: str, known: tuple[str, ...]) -> Iterator["Section"]:
        """The mappings of a list; none if left out."""
        for node in self._nodes(key):
            yield Section(node, self.file, what, known)

    def section(self, key: str, what: str, known: tuple[str, ...] | None = None) -> "Section":
        """The mapping under a key that is written."""
        return Section(self._node.nodes[key], self.file, what, known)

    def plain(self, key: str) -> Plain:
        """Whatever is written under a key that is there, as texts in lists and dictionaries."""
        return _plain(self._node.nodes[key])

    def keys(self) -> tuple[str, ...]:
        """What is written, in the order of the file."""
        return tuple(self._node.nodes)

    def items(self) -> Iterator[tuple[str, str]]:
        """Every key with its text, for mappings whose types something else knows."""
        for key, node in self._node.nodes.items():
            yield key, self._scalar(node, key).text

    def _nodes(self, key: str) -> tuple[Node, ...]:
        if not self.has(key):
            return ()
        node = self._node.nodes[key]
        if not isinstance(node, Items):
            raise self.error(f"`{key}:` must be a list: one line beginning with `- ` each, or [] for none.", key)
        return node.nodes

    def _scalar(self, node: Node, key: str) -> Scalar:
        if not isinstance(node, Scalar):
            raise SignatureError(self.file, node.line, f"`{key}:` must be a single text.")
        if node.is_plain and node.text in ("", "~", "null"):
            raise SignatureError(self.file, node.line, f"`{key}:` has no value; write one or remove the line.")
        return node

    def _words(self, node: Node, key: str) -> str:
        scalar = self._scalar(node, key)
        text = " ".join(scalar.text.split("\n")).strip()
        if not text:
            raise SignatureError(self.file, scalar.line, f"`{key}:` is empty; write a text or remove the line.")
        if not text.isprintable():
            odd = next(c for c in text if not c.isprintable())
            message = (
                f"`{key}:` holds the unprintable character U+{ord(odd):04X}; a byte pattern for it belongs in a .yar."
            )
            raise SignatureError(self.file, scalar.line, message)
        return text

    def _one_of(self, text: str, key: str, allowed: type[_Word]) -> _Word:
        try:
            return allowed(text)
        except ValueError:
            choice = ", ".join(allowed)
            raise self.error(f"`{key}:` knows no {quoted(text)}; it is one of: {choice}.", key) from None

    def _unknown_key(self, key: str, known: tuple[str, ...]) -> SignatureError:
        import difflib

        near = difflib.get_close_matches(key, known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"it may have: {', '.join(known)}."
        return SignatureError(self.file, self._node.lines[key], f"the {self.what} knows no key {quoted(key)}; {hint}")


def _plain(node: Node) -> Plain:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Items):
        return [_plain(item) for item in node.nodes]
    return {key: _plain(value) for key, value in node.nodes.items()}
