"""What a JavaScript or TypeScript text asks for and calls, for the readers of all files that hold such text.

Spelling (the same in the catalogue's `js:` patterns):

- A module is named as source names it, `@scope/pkg`; what is inside a package, `pkg/inner`, is named twice: by the
  package alone and in full. A file, `./x`, is imported under that name, and calls on it are left out. `node:` modules
  are left out.
- A call is a module and the members that lead to it, joined by dots: `@scope/pkg.Client.send`, `pkg.open.read` for
  `open().read()`. `new` and elements of pages (`<Element/>`) are calls. `default` is left out.
- A call on a global name begins with that name: `lib.start`; `window.` is left out, and so is what every page has.
- A call on something unknown, as in minified bundles, keeps its last member behind a dot: `.startRecording`.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from scanner.formats.javascript_files import file_specifier
from scanner.formats.javascript_modules import Module, module_of
from scanner.formats.javascript_names import Name, resolve
from scanner.formats.javascript_program import Program, collect
from scanner.formats.javascript_relevance import DECLARATIONS, LOADS
from scanner.formats.javascript_syntax import Dialect, parsed
from scanner.formats.packages.purls import npm_purl
from scanner.model.observation import Call, Import, Package
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

MAX_BYTES = 12 * 1024 * 1024
"""A longer text is not parsed."""

_MAX_CALLERS = 8
"""So many places are kept of one call."""
_MAX_UNKNOWN = 4000
_OF_LOADERS = frozenset({"exports", "module", "require"})
"""What AMD hands to a module under the name of one."""
_LEAST_LETTERS = 6
"""A shorter member of something unknown says nothing."""
_MIN_ERROR_BYTES = 400
_ERROR_SHARE = 2
"""With more than half of the text outside the grammar, the text counts as damaged."""
_WINDOWS = frozenset({"window", "self", "globalThis", "global", "top", "parent"})
_OF_EVERY_PAGE = frozenset(
    {
        "$", "Array", "ArrayBuffer", "BigInt", "Blob", "Boolean", "Buffer", "DataView", "Date", "Error",
        "Event", "Float32Array", "Float64Array", "FormData", "Function", "Image", "Infinity", "Int16Array",
        "Int32Array", "Int8Array", "Intl", "JSON", "Map", "Math", "Number", "Object", "Promise", "Proxy",
        "RangeError", "Reflect", "RegExp", "Request", "Response", "Set", "String", "Symbol", "SyntaxError",
        "TypeError", "URL", "URLSearchParams", "Uint16Array", "Uint32Array", "Uint8Array",
        "Uint8ClampedArray", "WeakMap", "WeakSet", "XMLHttpRequest", "_", "__dirname", "__require",
        "__webpack_require__", "addEventListener", "alert", "arguments", "assert", "atob", "btoa",
        "cancelAnimationFrame", "clearInterval", "clearTimeout", "confirm", "console", "decodeURIComponent",
        "define", "describe", "document", "encodeURIComponent", "escape", "eval", "expect", "exports",
        "fetch", "history", "import", "importScripts", "isFinite", "isNaN", "it", "jQuery", "localStorage",
        "location", "module", "navigator", "parseFloat", "parseInt", "performance", "process",
        "queueMicrotask", "requestAnimationFrame", "require", "requirejs", "sessionStorage", "setImmediate",
        "setInterval", "setTimeout", "super", "test", "undefined", "unescape",
    }
)  # fmt: skip


class Text(NamedTuple):
    """A text to read, and where it stands."""

    data: bytes
    dialect: Dialect
    name: str
    """What calls outside of any named function are by: the file's name."""
    first_line: int = 1
    place: str = "line {}"
    """How a place is written, `{}` for the line."""
    lies_beside_its_files: bool = True
    """Whether `./x` is a file beside the one that was read; in a text kept inside another it is not."""

    def at(self, line: int) -> str:
        """The place of a line counted from 0."""
        return self.place.format(line + self.first_line)


def dialect_of(name: str) -> Dialect:
    """The dialect that a file name or the `lang` of a script stands for."""
    suffix = name.lower().rpartition(".")[2]
    if suffix == "tsx":
        return "tsx"
    return "typescript" if suffix in ("ts", "mts", "cts", "typescript") else "javascript"


def javascript_facts(text: Text, budget: Budget) -> Iterator[Import | Call | Package]:
    """Yield modules asked for, packages they name with a version, and calls.

    Raises:
        Unreadable: limit, when the text is too long to be parsed; damaged, when much of it is no JavaScript. What
            could be read of it was yielded before.
    """
    if len(text.data) > MAX_BYTES:
        yield from _without_parsing(text, budget)
        raise Unreadable(
            Cause.LIMIT, "The script is longer than 12 MiB: what it loads was read, what it calls was not."
        )
    program = Program(text.name)
    stopped: Unreadable | None = None
    try:
        collect(parsed(text.data, text.dialect), program, budget)
    except Unreadable as limit:
        stopped = limit
    seen: set[str] = set()
    for specifier, line in program.asked:
        yield from _asked(specifier, text, line, seen)
    yield from _calls(program, text, budget)
    if stopped is not None:
        yield from _without_parsing(text, budget, seen)
        raise stopped
    if text.name.endswith(DECLARATIONS):
        return  # nothing is called there, and the grammar lags behind what types can say
    if program.error_bytes > max(_MIN_ERROR_BYTES, len(text.data) // _ERROR_SHARE):
        yield from _without_parsing(text, budget, seen)
        raise Unreadable(Cause.DAMAGED, "Much of the script is not JavaScript that can be parsed; the rest was read.")


def _asked(specifier: str, text: Text, line: int, seen: set[str]) -> Iterator[Import | Package]:
    module, place = _module(specifier), text.at(line)
    if module is None:
        file = file_specifier(specifier) if text.lies_beside_its_files else ""
        if file and file not in seen:
            seen.add(file)
            yield Import(language="js", name=file, place=place)
        return
    for name in _spellings(module):
        if name not in seen:
            seen.add(name)
            yield Import(language="js", name=name, place=place)
    purl = npm_purl(module.package) if module.version else None
    if purl is not None and f"{purl}@{module.version}" not in seen:
        seen.add(f"{purl}@{module.version}")
        yield Package(purl=purl, version=module.version, role="declares", place=place)


@lru_cache(maxsize=1024)
def _module(specifier: str) -> Module | None:
    return None if specifier in _OF_LOADERS else module_of(specifier)


def _spellings(module: Module) -> tuple[str, ...]:
    return (module.package, module.name) if module.path else (module.package,)


def _calls(program: Program, text: Text, budget: Budget) -> Iterator[Call]:
    callers: dict[str, set[str]] = {}
    unknown = 0
    for callee, scope, line in program.called:
        budget.spend_items()
        for name in _names(resolve(callee, scope)):
            known = callers.setdefault(name, set())
            is_unknown = name.startswith(".")
            unknown += is_unknown and not known
            if scope.by in known or len(known) >= (1 if is_unknown else _MAX_CALLERS) or unknown > _MAX_UNKNOWN:
                continue
            known.add(scope.by)
            yield Call(language="js", name=name, by=scope.by, place=text.at(line))


def _names(name: Name) -> tuple[str, ...]:
    """The spellings of what is called; none for files of the same program and for what says nothing."""
    if name.module:
        module = _module(name.module)
        return tuple(".".join((s, *name.members)) for s in _spellings(module)) if module is not None else ()
    parts = (name.root, *name.members) if name.root else name.members
    while len(parts) > 1 and name.root in _WINDOWS and parts[0] in _WINDOWS:
        parts = parts[1:]
    if name.root:
        return () if parts[0] in _OF_EVERY_PAGE or len(parts[0]) < 2 else (".".join(parts),)
    return (f".{parts[-1]}",) if parts and len(parts[-1]) >= _LEAST_LETTERS else ()


def _without_parsing(text: Text, budget: Budget, seen: set[str] | None = None) -> Iterator[Import | Package]:
    seen = set() if seen is None else seen
    line, counted = 0, 0
    for found in LOADS.finditer(text.data):
        budget.spend_items()
        line, counted = line + text.data.count(b"\n", counted, found.start()), found.start()
        yield from _asked(found[1].decode("utf-8", "backslashreplace"), text, line, seen)
