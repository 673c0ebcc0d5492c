"""Telling words: what must stand in a source file for its imports or calls to match anything in the catalogue.

Parsing source is slow, so a file without any of these words is not parsed. The word is the name of the module or
package that a signature speaks of, for that stands in the file however the import is written, and whether or not the
name of the call was put together from pieces.
"""

from collections.abc import Iterable

from scanner.catalogue.index import entries_of
from scanner.model.technology import Technology
from scanner.model.vocabulary import IndicatorKind

_PLAIN_LENGTH = 6
"""A shorter word stands in too many files by chance, and is looked for with what comes before it in an import."""


def telling_words(technologies: Iterable[Technology]) -> dict[bytes, str]:
    """The literals, at least one of which is in every file worth parsing, each with the module name it speaks of."""
    patterns = [
        (entry.indicator.kind, *entry.indicator.value.partition(":")[::2])
        for technology in technologies
        for entry in entries_of(technology)
        if entry.indicator.kind in {IndicatorKind.IMPORT, IndicatorKind.CALL}
    ]
    spaces = sorted(
        {_module(name) for kind, language, name in patterns if kind is IndicatorKind.IMPORT and language == "python"}
    )
    words = set()
    for kind, language, name in patterns:
        if language == "js":
            words.add(name.partition("*")[0].partition(".")[0])
        elif language == "python":
            words.add(_module(name) if kind is IndicatorKind.IMPORT else _caller(name, spaces))
    return dict(sorted((form, word) for word in words if word for form in _forms(word)))


def _module(name: str) -> str:
    """The package an import names: of a deep one the first two parts, for the first alone may be a name space."""
    parts = name.partition("*")[0].rstrip(".").split(".")
    return ".".join(parts[:2]) if len(parts) > 2 else parts[0]


def _caller(name: str, spaces: list[str]) -> str:
    """The package a call comes from: as imports name it, else the first part, or two of a deep one."""
    name = name.partition("*")[0]
    known = next((space for space in spaces if name.startswith(f"{space}.")), "")
    parts = name.rstrip(".").split(".")
    return known or (".".join(parts[:2]) if len(parts) > 3 else parts[0])


def _forms(word: str) -> tuple[bytes, ...]:
    raw = word.encode("utf-8")
    if len(raw) >= _PLAIN_LENGTH:
        return (raw,)
    length = bytes([len(raw)])  # a compiled file puts a name's length before it
    return (
        *(before + raw for before in (b"import ", b"from ", length)),
        *(b", " + raw + after for after in (b"\n", b"\r", b",", b" as ")),
        *(quote + raw + after for quote in (b"'", b'"') for after in (quote, b".")),
    )
