"""Makes the database of atoms (`catalogue/atom_database`) from the literals that rules need and the telling words."""

import platform
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import msgspec

from scanner.catalogue.atom_database import ATOM, LOCAL_ATOM, WORD, AtomDatabase, Places
from scanner.catalogue.cache_file import read_cached, write_cached
from scanner.catalogue.literals import Literal
from scanner.catalogue.locality import Locality

_SCHEMA = "10"
"""Raise it when the same literals give another database."""


class Atoms(msgspec.Struct, frozen=True):
    """The literals that rules need."""

    of_whole: list[Literal]
    """Of rules that must be asked of the whole file."""
    of_pieces: list[Literal]
    """Of the others."""
    locality: Locality
    """Of those others."""


def atom_database(atoms: Atoms, words: Sequence[Literal]) -> AtomDatabase:
    """The literals compiled for this processor, from the cache where that was done before."""
    try:
        import hyperscan
    except ImportError:
        return AtomDatabase()
    reported = [
        *((literal, LOCAL_ATOM) for literal in atoms.of_pieces),
        *((literal, ATOM) for literal in atoms.of_whole),
        *((word, WORD + number) for number, word in enumerate(words)),
    ]
    try:
        serialised = _serialised(reported, hyperscan.HS_FLAG_SINGLEMATCH) if reported else b""
        places = _places(atoms)
    except hyperscan.error:
        return AtomDatabase()
    longest = max((len(literal.raw) for literal, _ in reported), default=0)
    return AtomDatabase(serialised, longest, tuple(word.raw for word in words), places)


def _places(atoms: Atoms) -> Places | None:
    literals = sorted(atoms.locality.literals)
    used = {byte for literal in (*literals, *atoms.of_whole) for byte in literal.raw.lower() + literal.raw.upper()}
    gap = next((bytes([byte]) for byte in range(256) if byte not in used), b"")
    if not literals or not gap:
        return None
    longest = max(len(literal.raw) for literal in literals)
    return Places(_serialised([(literal, 0) for literal in literals], 0), longest, atoms.locality.span, gap)


def _serialised(literals: Sequence[tuple[Literal, int]], flags: int) -> bytes:
    """A database of literals, each with what is reported of it."""
    import hyperscan

    digest = sha256(msgspec.msgpack.encode((literals, flags))).hexdigest()
    # What a database says of itself names the engine and the processor features it was made for.
    made_for = _database([(Literal(b"processor"), 0)], 0).info().decode()
    version: str = hyperscan.__version__  # type: ignore[attr-defined]  # its stub leaves it out
    key = f"atoms-{_SCHEMA}-{digest}-{version}-{made_for}-{platform.system()}-{platform.machine()}"
    kept = read_cached(key, ".atoms")
    if kept is None:
        kept = hyperscan.dumpb(_database(literals, flags))
        write_cached(key, ".atoms", kept)
    return kept


def _database(literals: Sequence[tuple[Literal, int]], flags: int) -> Any:
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    # The engine's own way with literals ends them at a zero byte, so each is written as an expression.
    database.compile(
        expressions=[b"".join(b"\\x%02x" % byte for byte in literal.raw) for literal, _ in literals],
        ids=[reported for _, reported in literals],
        elements=len(literals),
        flags=[flags | (hyperscan.HS_FLAG_CASELESS if literal.caseless else 0) for literal, _ in literals],
    )
    return database
