"""An Android manifest as text, as sources and .aar libraries hold it: elements in document order.

Read with expat. A document type is refused before anything of it is read: manifests have none, and entities are how
small XML becomes large.
"""

from collections.abc import Iterator
from xml.parsers import expat

from scanner.formats.axml import Element, attribute_name
from scanner.model.source import Budget, Source, Unreadable
from scanner.model.vocabulary import Cause

_PIECE_BYTES = 64 * 1024
_LARGEST_BYTES = 32 << 20
"""expat keeps a token whole; the largest manifests known are under 1 MiB."""


def elements(source: Source, budget: Budget) -> Iterator[Element | None]:
    """Yield an `Element` for each start and None for each end.

    Raises:
        Unreadable: The text is no well-formed XML, has a document type, or is too large.
    """
    if source.size > _LARGEST_BYTES:
        raise Unreadable(Cause.LIMIT, f"The manifest has {source.size} bytes; more than {_LARGEST_BYTES} are not read.")
    found: list[Element | None] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = lambda tag, raw: found.append(_element(tag, raw))
    parser.EndElementHandler = lambda _tag: found.append(None)
    for offset in range(0, source.size + 1, _PIECE_BYTES):
        piece = bytes(source.view(offset, _PIECE_BYTES))
        budget.spend_bytes(len(piece))
        problem = _parse(parser, piece, is_last=offset + _PIECE_BYTES > source.size)
        budget.spend_items(len(found))
        yield from found
        found.clear()
        if problem is not None:
            raise problem


def _parse(parser: expat.XMLParserType, piece: bytes, *, is_last: bool) -> Unreadable | None:
    try:
        parser.Parse(piece, is_last)
    except expat.ExpatError as error:
        return Unreadable(Cause.DAMAGED, f"The manifest is no well-formed XML at line {error.lineno}.")
    except (ValueError, LookupError):  # an encoding that Python does not know or cannot map
        return Unreadable(Cause.UNSUPPORTED, "The manifest is in a text encoding that is not read.")
    except Unreadable as refused:
        return refused
    return None


def _refuse(*_: object) -> None:
    raise Unreadable(
        Cause.UNSUPPORTED, "The manifest declares a document type, as no Android manifest does; it was not read on."
    )


def _element(tag: str, raw: dict[str, str]) -> Element:
    attributes = {}
    for name, value in raw.items():
        namespace, _, local = name.rpartition(" ")
        if known := attribute_name(namespace, local):
            attributes[known] = value
    return Element(tag.rpartition(" ")[2], attributes)
