"""The database of atoms: what Hyperscan looks for in every file, and in files that YARA is to look at.

The first pass says whether YARA could find anything. In a large file a second one says where: the places of every
literal of rules that can be asked of pieces (`catalogue/locality`).
"""

import platform
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import msgspec

from scanner.catalogue.cache_file import read_cached, write_cached
from scanner.catalogue.literals import Literal
from scanner.catalogue.locality import Locality

_SCHEMA = "10"
"""Raise it when the same literals give another database."""

LOCAL_ATOM, ATOM, WORD = 0, 1, 2
"""What the database reports: an atom of rules that can be asked of pieces, one of other rules, or, from WORD on, a
telling word by its number."""


class Places(msgspec.Struct, frozen=True):
    """Where matches can lie."""

    serialised: bytes
    """What Hyperscan saves; it reports the end of each literal."""
    longest: int
    """Bytes of the longest literal."""
    span: int
    """Bytes of the longest match: what it takes around a literal."""
    gap: bytes
    """Put between pieces so often as a match is long; a byte of no literal, so that none begins or ends in it."""


class AtomDatabase(msgspec.Struct, frozen=True):
    """The literals of which at least one is in every file that a rule with atoms matches, and the telling words."""

    serialised: bytes = b""
    """What Hyperscan saves; empty where it is not installed: then YARA runs on every file."""
    longest: int = 0
    """Bytes of the longest literal."""
    words: tuple[bytes, ...] = ()
    """The telling words; the database reports each as WORD plus its number here."""
    places: Places | None = None


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
