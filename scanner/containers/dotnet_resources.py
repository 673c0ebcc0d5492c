"""Files embedded in .NET assemblies: models, settings, native libraries, and assemblies that packers put there.

A resource lies behind its length, four bytes, in the part that the CLR header names. What ends in `.compressed` is
inflated: so do the usual packers of assemblies keep them.
"""

from collections.abc import Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import slices
from scanner.containers.streams import Inflater, fed, windows
from scanner.formats.dotnet_tables import MANIFEST_RESOURCE, is_assembly, read_metadata
from scanner.formats.pe_tables import read_image
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="dotnet-resources",
    version=1,
    line="Files embedded in .NET assemblies",
    specification="https://ecma-international.org/publications-and-standards/standards/ecma-335/ (II.22.24)",
    limits="The entries of a set of resources (.resources) are not told apart; its bytes are searched as they are.",
    magics=(Magic(b"MZ"),),
)
RANDOM_ACCESS = True
WHOLE = False

_LENGTH_BYTES = 4
_PACKED = b".compressed"


def wants(_name: str, head: bytes) -> bool:
    """Whether the PE header says that .NET code is inside."""
    return is_assembly(head)


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the resources that lie in the assembly itself.

    Raises:
        Unreadable: The metadata is damaged.
    """
    metadata = read_metadata(read_image(source, budget))
    if metadata is None or not metadata.resources:
        return
    data, jail = source.view(), Jail()
    for offset, _flags, name, implementation in metadata.rows(MANIFEST_RESOURCE):
        start = metadata.resources + offset
        size = int.from_bytes(data[start : start + _LENGTH_BYTES], "little")
        raw = metadata.name(name).encode("utf-8", "replace")
        if implementation or not size:  # in a file of its own, or in another assembly
            continue
        start += _LENGTH_BYTES
        admitted = jail.admit(raw.removesuffix(_PACKED))
        read = partial(slices, data, start, size, budget)
        if raw.endswith(_PACKED):
            read = partial(_inflated, data[start : start + size], budget)
        yield Member(name=admitted.text, kind="file", size=size, chunks=read, notes=admitted.notes)


def _inflated(stored: memoryview, budget: Budget) -> Iterator[bytes]:
    for piece in fed(Inflater(-15), windows(stored)):
        budget.spend_bytes(len(piece))
        yield piece
