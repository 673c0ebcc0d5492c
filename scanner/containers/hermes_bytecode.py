"""Hermes bytecode: what React Native compiles the JavaScript of an app to. Inside are its texts, one a line: property
names, function names and constants (`formats/hermes_tables` says where they stand).
"""

from collections.abc import Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.stored import lines, slices
from scanner.formats.hermes_tables import MAGIC, tables_of, texts
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="hermes-bytecode",
    version=1,
    line="Compiled JavaScript of React Native apps (Hermes): its texts, with the names of properties and functions",
    specification="https://github.com/facebook/hermes, include/hermes/BCGen/HBC/BytecodeFileFormat.h",
    limits="Instructions are not read: a name says that it stands there and not what is called. Bundlers replace the "
    "names of modules by numbers. Where the tables do not add up, only the bytes are searched, and that is said.",
    magics=(Magic(MAGIC),),
)
RANDOM_ACCESS = True


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """One member with all texts, or with what stands behind the magic where the tables do not add up.

    Raises:
        Unreadable: unsupported, in the second case.
    """
    tables = tables_of(source, budget)
    if tables is not None:
        size = tables.storage_bytes
        yield Member(name="strings", kind="file", size=size, chunks=lambda: lines(texts(source, tables, budget)))
        return
    rest = source.size - len(MAGIC)
    bytes_alone = partial(slices, source.view(), len(MAGIC), rest, budget)
    yield Member(name="content", kind="file", size=rest, chunks=bytes_alone)
    reason = "The compiled JavaScript has tables of a layout that is not known; its bytes were searched as they are."
    raise Unreadable(Cause.UNSUPPORTED, reason)
