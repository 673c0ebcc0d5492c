"""Compiles the texts of rules: into YARA's form, and into the literals that they need. A scan does not load this."""

import io

import msgspec

from scanner.catalogue.atom_compiler import Atoms
from scanner.catalogue.atom_database import FILE_BYTES
from scanner.catalogue.atoms import needed_literals
from scanner.catalogue.literals import Literal
from scanner.catalogue.locality import Locality, joined, locality, with_size_variable


class Compiled(msgspec.Struct, frozen=True):
    """What is kept: rules and, still for any processor, the atoms."""

    compiled: bytes
    always: bytes
    atoms: Atoms


def compile_texts(texts: list[tuple[str, str]]) -> Compiled:
    """Name spaces and texts, compiled; texts of which no literal is known apart, too."""
    of_whole: frozenset[Literal] = frozenset()
    of_pieces: frozenset[Literal] = frozenset()
    placed: frozenset[Literal] = frozenset()
    local: list[Locality] = []
    always = []
    for namespace, text in texts:
        needed = needed_literals(text)
        pieces = locality(text)
        if needed is None:
            always.append((namespace, text))
        elif pieces is None:
            of_whole |= needed
        else:
            if pieces.literals <= needed:
                placed |= needed
            else:
                of_pieces |= needed
            local.append(pieces)
    of_pieces -= of_whole
    atoms = Atoms(sorted(of_whole), sorted(of_pieces), sorted(placed - of_pieces - of_whole), joined(local))
    return Compiled(_saved(texts), _saved(always) if always else b"", atoms)


def _saved(texts: list[tuple[str, str]]) -> bytes:
    import yara

    sources: dict[str, str] = {}
    for namespace, text in texts:
        sources[namespace] = sources.get(namespace, "") + with_size_variable(text) + "\n"
    buffer = io.BytesIO()
    sources = sources or {"nothing": "rule nothing { condition: false }"}
    yara.compile(sources=sources, externals={FILE_BYTES: 0}).save(file=buffer)
    return buffer.getvalue()
