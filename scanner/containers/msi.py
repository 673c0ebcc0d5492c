"""Windows Installer packages: the files that they install, in the folders where they would lie.

A package is a compound file. Its files lie in cabinets, which are streams of it, under the keys by which the table of
files gives their names and the folders that hold them. What else is in streams (programs that run while it installs,
pictures) is given under the streams' names.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from scanner.containers import Member, cab
from scanner.containers.inner_source import InnerSource
from scanner.containers.jail import Jail
from scanner.containers.spool import spooled
from scanner.formats.compound_file import MAGIC, Entry
from scanner.formats.installer_tables import InstallerTables, is_installer
from scanner.model.source import Budget, Info, Magic, Source, Unreadable

INFO = Info(
    name="msi",
    version=1,
    line="Packages of Windows Installer: the files in their cabinets, under the names they are installed with",
    specification="https://learn.microsoft.com/windows/win32/msi/database-reference",
    limits="Cabinets that lie beside the package are read as files of their own. What a transform or a patch changes "
    "is not applied; its cabinets are read.",
    magics=(Magic(MAGIC),),
)
RANDOM_ACCESS = False

_MOST_PARENTS = 32
_HERE = ("", ".", "SourceDir")


def confirms(source: Source) -> bool:
    """Whether the compound file is one of Windows Installer, by the class of its root."""
    return is_installer(source)


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the installed files, then the other streams; cheap only if read in this order.

    Raises:
        Unreadable: After what could be listed, where the package or a cabinet is damaged.
    """
    tables = InstallerTables(source, budget)
    jail = Jail()
    paths = _paths(tables)
    stopped: Unreadable | None = None
    for name, entry in sorted(tables.streams.items()):
        budget.spend_items()
        if "\5" in name or "!" in name:  # properties of a document, and tables of a transform
            continue
        if bytes(next(tables.file.content(entry), b"")[:4]) != b"MSCF":
            read = partial(_pieces, tables, entry)
            admitted = jail.admit(f"(streams)/{name}")
            yield Member(name=admitted.text, kind="file", size=entry.size, chunks=read, notes=admitted.notes)
            continue
        try:
            yield from _installed(InnerSource(name, _whole(tables, entry)), paths, jail, budget)
        except Unreadable as why:
            stopped = stopped or why
    if stopped is not None:
        raise Unreadable(stopped.cause, f"A cabinet in the package: {stopped.reason}")


def _installed(cabinet: Source, paths: Mapping[str, str], jail: Jail, budget: Budget) -> Iterator[Member]:
    for member in cab.members(cabinet, budget):
        admitted = jail.admit(paths.get(member.name, member.name), made_on_windows=True)
        notes = (*member.notes, *admitted.notes)
        yield Member(name=admitted.text, kind=member.kind, size=member.size, chunks=member.chunks, notes=notes)


def _whole(tables: InstallerTables, entry: Entry) -> memoryview:
    """A stream's bytes, in place if they lie together."""
    in_place = tables.file.in_place(entry)
    return in_place if in_place is not None else memoryview(spooled(_pieces(tables, entry)))


def _pieces(tables: InstallerTables, entry: Entry) -> Iterator[bytes]:
    yield from map(bytes, tables.file.content(entry))


def _paths(tables: InstallerTables) -> dict[str, str]:
    """Where each file lies, by its key in the cabinet."""
    parents = {row.get("Directory"): row for row in tables.rows("Directory")}
    folders = {row.get("Component"): row.get("Directory_") for row in tables.rows("Component")}
    found = {}
    for row in tables.rows("File"):
        parts = [_long(row.get("FileName", ""))]
        at = folders.get(row.get("Component_"))
        for _ in range(_MOST_PARENTS):
            if at not in parents:
                break
            name = _long(str(parents[at].get("DefaultDir", "")).partition(":")[0])  # behind it, where its source lies
            at = parents[at].get("Directory_Parent")
            if name not in _HERE:
                parts.append(name)
        found[str(row.get("File", ""))] = "/".join(reversed(parts))
    return found


def _long(name: str | int) -> str:
    """Of `SHORT~1|long name` the long one."""
    return str(name).rpartition("|")[2]
