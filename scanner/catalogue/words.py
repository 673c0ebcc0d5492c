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
_DEEP_PARTS = 3
_JS_GLOBALS = frozenset({"window", "self", "globalThis"})
"""Names of the object that holds everything: what stands behind the dot tells."""


def telling_words(technologies: Iterable[Technology]) -> dict[bytes, str]:
    """The literals, at least one of which is in every file worth parsing, each with the module it speaks of."""
    patterns = [
        (entry.indicator.kind, *entry.indicator.value.partition("*")[0].rstrip(".").partition(":")[::2])
        for technology in technologies
        for entry in entries_of(technology)
        if entry.indicator.kind in {IndicatorKind.IMPORT, IndicatorKind.CALL}
    ]
    words: dict[bytes, str] = {}
    for language, forms, caller in (("python", _python_forms, _python_caller), ("js", _js_forms, _js_caller)):
        named = [(kind, name) for kind, of, name in patterns if of == language and name]
        modules = {name for kind, name in named if kind is IndicatorKind.IMPORT}
        calls = {name for kind, name in named if kind is IndicatorKind.CALL}
        spoken_of = modules | {_known(name, modules) or caller(name) for name in calls}
        words.update((form, module) for module in spoken_of for form in forms(module))
    return dict(sorted(words.items()))


def _known(call: str, modules: set[str]) -> str:
    """The longest imported module that a call begins with."""
    return max((m for m in modules if call.startswith((f"{m}.", f"{m}/"))), key=len, default="")


def _python_caller(call: str) -> str:
    """The module of a call that no import names: its first part, or two of a deep one, whose first is a name space."""
    parts = call.split(".")
    return ".".join(parts[:2]) if len(parts) > _DEEP_PARTS else parts[0]


def _js_caller(call: str) -> str:
    """The package of a call that no import names: up to the first dot after its scope and path.

    A call on something unknown, as minified code has it, begins with a dot: then the member is the word.
    """
    if call.startswith("."):
        return call.split(".")[1]
    first, _, rest = call.partition(".")
    if first in _JS_GLOBALS:
        call = rest
    scope, slash, last = call.rpartition("/")
    return scope + slash + last.partition(".")[0]


def _python_forms(module: str) -> tuple[bytes, ...]:
    raw = module.encode("utf-8")
    if module.count(".") + 1 >= _DEEP_PARTS:
        # `from a.b import c` and its compiled form, where a name's length stands before it.
        parent = raw.rpartition(b".")[0]
        return (raw, parent + b" import", bytes([len(parent)]) + parent)
    if len(raw) >= _PLAIN_LENGTH:
        return (raw,)
    return (
        *(before + raw for before in (b"import ", b"from ", bytes([len(raw)]))),
        *(b", " + raw + after for after in (b"\n", b"\r", b",", b" as ")),
        *(quote + raw + after for quote in (b"'", b'"') for after in (quote, b".")),
    )


def _js_forms(module: str) -> tuple[bytes, ...]:
    raw = module.encode("utf-8")
    if len(raw) >= _PLAIN_LENGTH:
        return (raw,)
    return tuple(quote + raw + after for quote in (b"'", b'"', b"`") for after in (quote, b"/"))
