"""JavaScript and TypeScript files: the modules they ask for, what they call, and the packages bundled into them.

Parsed by tree-sitter, because it reads broken and future syntax as far as it goes, all dialects, in linear time.
How modules and calls are spelled: see `scanner.formats.javascript_facts`. Minified bundles keep no module names;
what survives in them is found by byte patterns.
"""

import codecs
import re
from collections.abc import Iterator

from scanner.formats.bundled_modules import bundled_packages
from scanner.formats.javascript_facts import Text, dialect_of, javascript_facts
from scanner.formats.javascript_relevance import DECLARATIONS, asks_for, declares_with
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="javascript",
    version=7,
    line="JavaScript and TypeScript: modules and files imported, calls, packages in bundles that keep their paths",
    specification="ECMAScript: https://tc39.es/ecma262/; CommonJS, AMD; TypeScript and JSX as tree-sitter reads them",
    limits=(
        "Names are followed through assignments, destructuring and promises in one file, not through results. "
        "Above 12 MiB only what is loaded is read."
    ),
    suffixes=(".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"),
    magics=(Magic(b"#!"),),
    after_words=("js", "npm"),
)
_MOST_BYTES = 64 << 20
"""No script is so large; a file of gigabytes would be copied into memory."""
_INTERPRETER = re.compile(rb"#![^\n]{0,200}\b(?:node|nodejs|bun|deno)\b")

_NOT_SCRIPTS = (b"\x47", b"<?xml", b"<!DOCTYPE TS")
"""A film's transport stream and Qt's translations also end in `.ts`."""


def wants(name: str, head: bytes) -> bool:
    """Whether it can be text, for `.ts` has other meanings too; without a name, whether it tells its interpreter."""
    if not name.endswith(INFO.suffixes):
        return _INTERPRETER.match(head) is not None and b"\0" not in head
    return not (name.endswith(".ts") and head.startswith(_NOT_SCRIPTS)) and b"\0\0\0" not in head[:512]


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield bundled packages as installed, then modules imported and calls.

    Raises:
        Unreadable: limit, when it is longer than 12 MiB; damaged, when much of it cannot be parsed.
    """
    data = as_utf8(bytes(source.view(0, min(source.size, _MOST_BYTES))))
    budget.spend_bytes(len(data))
    yield from bundled_packages(data, budget)
    is_declaration = source.name.lower().endswith(DECLARATIONS)
    if not source.focus or (declares_with if is_declaration else asks_for)(data, source.focus):
        yield from javascript_facts(Text(data, dialect_of(source.name), source.name), budget)
    if source.size > _MOST_BYTES:
        raise Unreadable(Cause.LIMIT, f"Only its first {_MOST_BYTES >> 20} MiB were read as a script.")


def as_utf8(data: bytes) -> bytes:
    """The text in UTF-8 without a byte order mark; text in UTF-16 says so by its mark."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8)
