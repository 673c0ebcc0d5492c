"""WebAssembly modules: what they import from the page around them, and what they export.

    \\0asm  version │ section: id, length in bytes, content │ …      numbers are LEB128

Names of functions, texts and models inside are found by byte patterns: nothing in a module is compressed.
"""

from collections.abc import Iterator

from scanner.model.observation import Library, Observation, Symbol
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="wasm",
    version=1,
    line="WebAssembly: imports and exports",
    specification="WebAssembly Core Specification, chapter 5 (binary format): https://webassembly.github.io/spec/core/",
    limits="Code is not read. Of the component model only the outer frame is known.",
    magics=(Magic(b"\0asm"),),
)

_HEADER_BYTES = 8
_IMPORT, _EXPORT = 2, 7
_MAX_SECTION_BYTES = 64 << 20
_MAX_NAME_BYTES = 4096
_LEAST_LETTERS = 3
"""Shorter names were made by a minifier."""
_OF_EVERY_MODULE = frozenset({"env", "a", "wasi_snapshot_preview1", "wasi_unstable", "GOT.mem", "GOT.func"})
"""Modules that stand for the host; their names say nothing."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield modules imported from, then names imported and exported.

    Raises:
        Unreadable: damaged, when a section or table breaks off; limit, when one is longer than 64 MiB.
    """
    at = _HEADER_BYTES
    while at < source.size:
        budget.spend_items()
        head = _Cursor(bytes(source.view(at, 6)))
        kind, length = head.byte(), head.number()
        at += head.at
        if kind in _READ:
            if length > _MAX_SECTION_BYTES:
                raise Unreadable(Cause.LIMIT, "A table of the module is longer than 64 MiB and was not read.")
            budget.spend_bytes(length)
            content = bytes(source.view(at, length))
            yield from _READ[kind](_Cursor(content), budget)
            if len(content) < length:
                raise Unreadable(Cause.DAMAGED, "The module ends in the middle of a section.")
        at += length


class _Cursor:
    """Reads numbers and names one after the other; raises where they break off."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise Unreadable(Cause.DAMAGED, "A table of the module breaks off.")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """An unsigned LEB128 of at most 32 bits."""
        value = 0
        for shift in range(0, 35, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise Unreadable(Cause.DAMAGED, "A number of the module is longer than its format allows.")

    def name(self, budget: Budget) -> str:
        length = self.number()
        if self.at + length > len(self.data):
            raise Unreadable(Cause.DAMAGED, "A name of the module breaks off.")
        budget.spend_items()
        text = self.data[self.at : self.at + min(length, _MAX_NAME_BYTES)]
        self.at += length
        return text.decode("utf-8", "backslashreplace")


def _imports(table: _Cursor, budget: Budget) -> Iterator[Observation]:
    modules: set[str] = set()
    for number in range(table.number()):
        module, name = table.name(budget), table.name(budget)
        if module not in modules and module not in _OF_EVERY_MODULE:
            modules.add(module)
            yield Library(name=module, role="links", place=f"import[{number}]")
        if len(name) >= _LEAST_LETTERS:
            yield Symbol(name=name, role="imports", place=f"import[{number}]")
        _skip_type(table)


def _skip_type(table: _Cursor) -> None:
    """What is imported: a function's type, a table, a memory, a global, or an exception's tag."""
    kind = table.byte()
    if kind == 0:
        table.number()
    elif kind == 1:
        table.byte()
        _skip_limits(table)
    elif kind == 2:
        _skip_limits(table)
    elif kind in {3, 4}:
        table.byte()
        table.number()
    else:
        raise Unreadable(Cause.UNSUPPORTED, "The module imports a kind of thing that is not known here.")


def _skip_limits(table: _Cursor) -> None:
    has_most = table.byte() & 1
    table.number()
    if has_most:
        table.number()


def _exports(table: _Cursor, budget: Budget) -> Iterator[Observation]:
    for number in range(table.number()):
        name = table.name(budget)
        table.byte()
        table.number()
        if len(name) >= _LEAST_LETTERS:
            yield Symbol(name=name, role="exports", place=f"export[{number}]")


_READ = {_IMPORT: _imports, _EXPORT: _exports}
