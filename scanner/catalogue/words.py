"""Telling words: what must stand in a source file for its imports or calls to match anything in the catalogue.

Parsing source is slow, so a file without any of these words is not parsed. The word is the name of the module or
package that a signature speaks of, for that stands in the file however the import is written, and whether or not the
name of the call was put together from pieces.
"""

from collections.abc import Iterable

from scanner.catalogue.index import entries_of
from scanner.model.technology import Technology
from scanner.model.vocabulary import IndicatorKind

_LANGUAGES = ("python", "js")
_PLAIN_LENGTH = 6
"""A shorter word stands in too many files by chance, and is looked for with what comes before it in an import."""


def telling_words(technologies: Iterable[Technology]) -> tuple[bytes, ...]:
    """Literals, at least one of which is in every file worth parsing; sorted."""
    words = set()
    for technology in technologies:
        patterns = [
            (entry.indicator.kind, entry.indicator.value)
            for entry in entries_of(technology)
            if entry.indicator.kind in {IndicatorKind.IMPORT, IndicatorKind.CALL}
        ]
        spaces = {_module(value) for kind, value in patterns if kind is IndicatorKind.IMPORT}
        for kind, value in patterns:
            language, _, name = value.partition(":")
            if language in _LANGUAGES:
                words.add(_module(value) if kind is IndicatorKind.IMPORT else _caller(name, spaces, value))
    return tuple(sorted(form for word in words if word for form in _forms(word)))


def _module(value: str) -> str:
    """The package an import names: of a deep one the first two parts, for the first alone may be a name space."""
    language, _, name = value.partition(":")
    name = name.partition("*")[0].rstrip(".")
    if language == "js":
        return name.partition(".")[0]
    parts = name.split(".")
    return ".".join(parts[:2]) if len(parts) > 2 else parts[0]


def _caller(name: str, spaces: set[str], value: str) -> str:
    """The package a call comes from: as the technology's imports name it, else the first part."""
    if value.startswith("js:"):
        return _module(value)
    name = name.partition("*")[0]
    return next((space for space in sorted(spaces) if name.startswith(f"{space}.")), name.split(".")[0])


def _forms(word: str) -> tuple[bytes, ...]:
    raw = word.encode("utf-8")
    if len(raw) >= _PLAIN_LENGTH:
        return (raw,)
    length = bytes([len(raw)])  # a compiled file puts a name's length before it
    return tuple(before + raw for before in (b"import ", b"from ", b", ", b"'", b'"', length))
