"""Tar archives: of old Unix, ustar, pax and GNU, with long names and sparse files.

The headers are read by `tar_headers` over the bytes in place and not by the standard library, which takes an extended
header of any size into memory, makes a list of all entries, and stops at the first header that is odd.
"""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import slices
from scanner.containers.tar_headers import BLOCK, Gap, Header, headers, is_header
from scanner.containers.tar_sparse import sparse
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="tar",
    version=1,
    line="Tar archives (old Unix, ustar, pax, GNU; sparse files), container images and source packages",
    specification="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html, "
    "https://www.gnu.org/software/tar/manual/html_node/Standard.html",
    limits="Parts of an archive split over several files are read as if they were whole. Of a sparse file that is "
    "almost empty and very large, only what is not empty is read.",
    suffixes=(".tar",),
    magics=(Magic(b"ustar", 257),),
)
RANDOM_ACCESS = True

_KINDS: dict[bytes, Literal["link", "device", "folder"]] = {
    b"1": "link",
    b"2": "link",
    b"3": "device",
    b"4": "device",
    b"6": "device",
    b"5": "folder",
    b"D": "folder",
}


def wants(_name: str, head: bytes) -> bool:
    """Whether the first block is a header, or claims to be one."""
    return head[257:262] == b"ustar" or is_header(head[:BLOCK])


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the entries, each with its content in bounded pieces; what belongs to no entry is a member too.

    Raises:
        Unreadable: After the last entry that could be listed, where the archive is damaged or too large.
    """
    data = source.view()
    jail = Jail()
    is_damaged = False
    for found in headers(data, budget):
        if isinstance(found, Gap):
            is_damaged = True
            yield _between(data, found, jail, budget)
        elif found.type != b"V":  # the archive's own title
            yield _member(data, found, jail, budget)
    if is_damaged:
        raise Unreadable(
            Cause.DAMAGED, "Some bytes of the tar archive belong to no entry; they were looked at as they are."
        )


def _between(data: memoryview, gap: Gap, jail: Jail, budget: Budget) -> Member:
    name = jail.admit(f"(bytes from {gap.start})")
    return Member(
        name=name.text,
        kind="file",
        size=gap.end - gap.start,
        chunks=partial(slices, data, gap.start, gap.end - gap.start, budget),
        notes=(*name.notes, "These bytes belong to no entry of the archive."),
    )


def _member(data: memoryview, header: Header, jail: Jail, budget: Budget) -> Member:
    name = jail.admit(header.name)
    notes = list(name.notes)
    kind: Literal["file", "folder", "link", "device"] = _KINDS.get(header.type, "file")
    if kind == "file" and header.name.endswith(b"/") and not header.size:
        kind = "folder"  # so did the tar of old Unix mark it
    if kind != "file" and header.size:
        notes.append(f"It is marked as a {kind} and holds the bytes of a file.")
        kind = "file"
    if header.is_odd:
        notes.append("It lies behind the end mark of the archive or behind damaged bytes.")
    holes = sparse(data, header, budget)
    read = partial(slices, data, header.start, header.size, budget)
    size = header.size
    if holes is not None:
        read, size = partial(holes.pieces, budget), holes.size
        notes.extend(holes.notes)
    same_as = Jail().admit(header.link).text if header.type == b"1" and kind == "link" else ""
    return Member(name=name.text, kind=kind, size=size, chunks=read, same_as=same_as, notes=tuple(notes))
