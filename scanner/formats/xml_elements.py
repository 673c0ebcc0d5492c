"""XML files as a run of elements, each with its path, attributes and text; document types and entities are refused."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from scanner.model.source import Budget, Source, Unreadable
from scanner.model.vocabulary import Cause

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

_CHUNK_BYTES = 65_536
_MAX_DEPTH = 200
_MAX_TEXT = 4096


class Element(NamedTuple):
    """An element that has ended: what is inside comes before what is around."""

    path: tuple[str, ...]
    """Names of the elements around it and its own, without name spaces."""
    attributes: dict[str, str]
    text: str
    """Its own text, if no other element follows it."""
    line: int


class _Handler:
    def __init__(self, budget: Budget, parser: "XMLParserType") -> None:
        self._budget = budget
        self._parser = parser
        self._open: list[tuple[str, dict[str, str], int]] = []
        self._text = ""
        self.ended: list[Element] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._budget.spend_items()
        if len(self._open) >= _MAX_DEPTH:
            raise Unreadable(Cause.LIMIT, f"The file is nested deeper than {_MAX_DEPTH} elements.")
        short = {name.rpartition(":")[2]: value[:_MAX_TEXT] for name, value in attributes.items()}
        self._open.append((tag.rpartition(":")[2], short, self._parser.CurrentLineNumber))
        self._text = ""

    def characters(self, data: str) -> None:
        if len(self._text) < _MAX_TEXT:
            self._text += data[:_MAX_TEXT]

    def end(self, _tag: str) -> None:
        path = tuple(tag for tag, _, _ in self._open)
        _, attributes, line = self._open.pop()
        self.ended.append(Element(path, attributes, self._text.strip(), line))
        self._text = ""

    def refuse(self, *_parts: object) -> None:
        raise Unreadable(Cause.UNSUPPORTED, "The file defines a document type, which may hold entities.")


def xml_elements(source: Source, budget: Budget) -> Iterator[Element]:
    """Yield each element as it ends.

    Raises:
        Unreadable: damaged, when it is no well-formed XML; limit, when it is nested too deeply; unsupported, when it
            defines a document type.
    """
    from xml.parsers import expat

    parser = expat.ParserCreate()
    handler = _Handler(budget, parser)
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.characters
    parser.StartDoctypeDeclHandler = handler.refuse
    parser.buffer_text = True
    for offset in range(0, source.size + 1, _CHUNK_BYTES):
        chunk = bytes(source.view(offset, _CHUNK_BYTES))
        budget.spend_bytes(len(chunk))
        try:
            parser.Parse(chunk, offset + _CHUNK_BYTES > source.size)
        except (expat.ExpatError, ValueError, LookupError) as error:
            # ValueError and LookupError: an encoding that Python does not know or that expat cannot use.
            yield from handler.ended
            raise Unreadable(Cause.DAMAGED, f"The file is no well-formed XML: {error}.") from error
        yield from handler.ended
        handler.ended.clear()
