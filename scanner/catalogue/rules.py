"""Byte rules: every indicator that is looked for in bytes becomes part of one YARA rule set, compiled once.

A `string` or `symbol` is a literal, in ASCII and in UTF-16LE; an `endpoint` a bounded expression in any case; a
`yara` indicator stands in its own .yar file, in a name space of its technology. YARA only finds; whether a hit
stands at proper boundaries is decided in `matching/bytescan`, where the neighbouring bytes are at hand.

The rules' atoms go into a Hyperscan database, the few rules without atoms into a second, small rule set. What compiles
them (`rule_compiler`, `atom_compiler`) is loaded where nothing compiled is kept.
"""

import platform
import re
from hashlib import sha256

import msgspec

from scanner.catalogue.atom_database import AtomDatabases
from scanner.catalogue.cache_file import read_cached, write_cached
from scanner.catalogue.index import BYTE_KINDS, entries_of
from scanner.catalogue.load import Catalogue
from scanner.catalogue.words import Telling, telling_words
from scanner.model.technology import Technology
from scanner.model.vocabulary import IndicatorKind

GENERATED = "generated"
"""The name space of the rules made here; a technology's own .yar has the technology's id."""
_SCHEMA = "11"
"""Raise it when the same signatures give other rules or other atoms."""


class BytePattern(msgspec.Struct, frozen=True):
    """One pattern of the rule set: the key of its indicator and how its boundaries are checked."""

    key: str
    kind: IndicatorKind
    open_end: bool = False
    """The pattern ends in `*`: anything may follow."""


class ByteRules(msgspec.Struct, frozen=True):
    """A compiled rule set as a worker is handed it."""

    compiled: bytes
    """All rules, as yara saves them."""
    always: bytes
    """Those without atoms, which must run on every file; empty if there are none."""
    atoms: AtomDatabases
    patterns: dict[str, BytePattern]
    """By string identifier (`$p12`), or by `name space/rule` for rules of .yar files."""
    words: dict[bytes, tuple[Telling, ...]]
    """Telling words, each with what it speaks of."""
    digest: str
    """Of everything that decides what is found, so that the same findings need not be made twice."""
    sizes: frozenset[int]
    """Sizes in bytes of the files whose digest the catalogue knows."""


def byte_rules(catalogue: Catalogue) -> ByteRules:
    """The catalogue's rule set, from the cache where it was compiled before by the same engine version."""
    import yara

    from scanner.catalogue.atom_compiler import atom_databases
    from scanner.catalogue.rule_compiler import Compiled, compile_texts

    patterns, texts = _texts(catalogue)
    digest = sha256(msgspec.msgpack.encode(texts)).hexdigest()
    key = f"rules-{_SCHEMA}-{digest}-{yara.__version__}-{platform.system()}-{platform.machine()}"
    kept = read_cached(key, ".yarac")
    if kept is None:
        made = compile_texts(texts)
        write_cached(key, ".yarac", msgspec.msgpack.encode(made))
    else:
        made = msgspec.msgpack.decode(kept, type=Compiled)
    sizes = frozenset(
        e.indicator.size_bytes
        for t in catalogue.technologies
        for e in entries_of(t)
        if e.indicator.kind is IndicatorKind.HASH
    )
    words = telling_words(catalogue.technologies)
    decides = sha256(msgspec.msgpack.encode([texts, sorted(patterns.items()), words, sorted(sizes)])).hexdigest()
    databases = atom_databases(made.atoms, words)
    return ByteRules(made.compiled, made.always, databases, patterns, words, decides, sizes)


def _texts(catalogue: Catalogue) -> tuple[dict[str, BytePattern], list[tuple[str, str]]]:
    """Pattern table and name space and text of rules. The numbering depends on the catalogue alone."""
    patterns: dict[str, BytePattern] = {}
    texts: list[tuple[str, str]] = []
    for technology in catalogue.technologies:
        lines = _strings(technology, patterns)
        if lines:
            name = re.sub(r"\W", "_", technology.id)
            rule = f"rule t_{name} {{\n strings:\n{chr(10).join(lines)}\n condition: any of them\n}}"
            texts.append((GENERATED, rule))
        if technology.yara_source:
            texts.append((technology.id, technology.yara_source))
    return patterns, texts


def _strings(technology: Technology, patterns: dict[str, BytePattern]) -> list[str]:
    lines = []
    for entry in entries_of(technology):
        kind, value = entry.indicator.kind, entry.indicator.value
        if kind not in BYTE_KINDS:
            continue
        if kind is IndicatorKind.YARA:
            patterns[f"{technology.id}/{value}"] = BytePattern(entry.key, kind)
            continue
        identifier = f"$p{len(patterns)}"
        patterns[identifier] = BytePattern(entry.key, kind, open_end=value.endswith("*"))
        lines.append(f"  {identifier} = {_yara_string(kind, value)}")
    return lines


def _yara_string(kind: IndicatorKind, value: str) -> str:
    if kind is IndicatorKind.ENDPOINT:
        return f"/{endpoint_expression(value)}/ nocase ascii wide"
    if kind is IndicatorKind.SYMBOL:
        if "*" in value.rstrip("*"):
            return f"/{_symbol_expression(value.rstrip('*'))}/ ascii"
        return f'"{_escaped(value.rstrip("*"))}" ascii'
    return f'"{_escaped(value)}" ascii wide'


def _escaped(text: str) -> str:
    """A YARA text string, byte for byte."""
    return "".join(f"\\x{b:02x}" if b < 32 or b > 126 or chr(b) in '"\\' else chr(b) for b in text.encode("utf-8"))


def _symbol_expression(value: str) -> str:
    return "[A-Za-z0-9_$.@?]{0,128}".join(re.escape(part) for part in value.split("*"))


def endpoint_expression(value: str) -> str:
    """A bounded expression for a host or host and path; `*` is one piece of a label or of a path segment."""
    host, slash, path = value.partition("/")
    expression = r"[a-z0-9-]{1,60}".join(re.escape(part) for part in host.split("*"))
    if slash:
        segments = r"[a-z0-9._~%-]{1,60}".join(re.escape(part) for part in path.split("*"))
        expression += r"(:[0-9]{1,5})?\/" + segments.replace("/", r"\/")
    return expression
