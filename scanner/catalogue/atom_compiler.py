"""Makes the databases of atoms (`catalogue/atom_database`) from the literals that rules need and the telling words."""

import platform
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from scanner.catalogue.atom_database import ATOM, GROUPS, INSIDE, LOCAL_ATOM, PLACED_ATOM, WORD, AtomDatabases, Places
from scanner.catalogue.cache_file import read_cached, write_cached
from scanner.catalogue.literals import Literal
from scanner.catalogue.locality import Locality
from scanner.catalogue.words import Telling

_SCHEMA = "13"
"""Raise it when the same literals give another database."""
_Reported = tuple[Literal, int, int]
"""A literal, what is reported of it, and the engine's flags."""


class Atoms(msgspec.Struct, frozen=True):
    """The literals that rules need."""

    of_whole: list[Literal]
    """Of rules that must be asked of the whole file."""
    of_pieces: list[Literal]
    """Of rules that can be asked of pieces, and have more literals than their atoms."""
    placed: list[Literal]
    """Of the others."""
    locality: Locality
    """Of all rules that can be asked of pieces."""


def atom_databases(atoms: Atoms, words: Mapping[bytes, Sequence[Telling]]) -> AtomDatabases:
    """The literals compiled for this processor, from the cache where that was done before; of each word there stands
    what it tells."""
    try:
        import hyperscan
    except ImportError:
        return AtomDatabases()
    once = hyperscan.HS_FLAG_SINGLEMATCH
    of_rules = [
        *((literal, PLACED_ATOM, 0) for literal in atoms.placed),
        *((literal, LOCAL_ATOM, once) for literal in atoms.of_pieces),
        *((literal, ATOM, once) for literal in atoms.of_whole),
    ]
    of_words = [
        (Literal(word), WORD + number, 0 if any(telling.group == INSIDE for telling in words[word]) else once)
        for number, word in enumerate(words)
    ]
    if not of_rules and not of_words:
        return AtomDatabases()
    by_groups = [
        [*of_rules, *(one for one in of_words if any(telling.group in groups for telling in words[one[0].raw]))]
        for groups in GROUPS
    ]
    try:
        serialised = tuple(_serialised(reported) if reported else b"" for reported in by_groups)
        places = _places(atoms)
    except hyperscan.error:
        return AtomDatabases()
    longest = max(len(literal.raw) for literal, *_ in (*of_rules, *of_words))
    return AtomDatabases(serialised, longest, tuple(words), places)


def _places(atoms: Atoms) -> Places | None:
    literals = sorted(atoms.locality.literals)
    used = {byte for literal in (*literals, *atoms.of_whole) for byte in literal.raw.lower() + literal.raw.upper()}
    gap = next((bytes([byte]) for byte in range(256) if byte not in used), b"")
    if not literals or not gap:
        return None
    longest = max(len(literal.raw) for literal in literals)
    return Places(_serialised([(literal, 0, 0) for literal in literals]), longest, atoms.locality.span, gap)


def _serialised(literals: Sequence[_Reported]) -> bytes:
    """A database of literals."""
    import hyperscan

    digest = sha256(msgspec.msgpack.encode(literals)).hexdigest()
    # What a database says of itself names the engine and the processor features it was made for.
    made_for = _database([(Literal(b"processor"), 0, 0)]).info().decode()
    version: str = hyperscan.__version__  # type: ignore[attr-defined]  # its stub leaves it out
    key = f"atoms-{_SCHEMA}-{digest}-{version}-{made_for}-{platform.system()}-{platform.machine()}"
    kept = read_cached(key, ".atoms")
    if kept is None:
        kept = hyperscan.dumpb(_database(literals))
        write_cached(key, ".atoms", kept)
    return kept


def _database(literals: Sequence[_Reported]) -> Any:
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    # The engine's own way with literals ends them at a zero byte, so each is written as an expression.
    database.compile(
        expressions=[b"".join(b"\\x%02x" % byte for byte in literal.raw) for literal, *_ in literals],
        ids=[reported for _, reported, _ in literals],
        elements=len(literals),
        flags=[flags | (hyperscan.HS_FLAG_CASELESS if literal.caseless else 0) for literal, _, flags in literals],
    )
    return database
