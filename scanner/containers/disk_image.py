"""Disk images: the files on the file systems of the volumes of a disk, streamed and never unpacked.

```
image file ─► disk (as it is, qcow2, VMDK …) ─► volumes (partitions …), perhaps in others ─► file system ─► files
```
`disks/`, `volumes/` and `filesystems/` have one module a kind. A file is named by its path, with `partition N/` or the
name of the volume before it. What holds no known file system is told by its place and size.
"""

from collections.abc import Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.beside import path_beside
from scanner.containers.disks import Disk, DiskFormat, disk_formats, disk_of, format_in, format_of, is_part
from scanner.containers.encryptions import encryption_of, encryptions
from scanner.containers.filesystems import ALL, HEAD_BYTES, File, FileSystem, Kind, Share, kind_of, kinds, opened
from scanner.containers.jail import Jail
from scanner.containers.not_read import known_by
from scanner.containers.volumes import Division, Volume, division_of, divisions
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_KINDS: tuple[DiskFormat | Division | Kind, ...] = (*disk_formats(), *divisions(), *kinds())
INFO = Info(
    name="disk-image",
    version=12,
    line="Disk images and firmware: " + "; ".join(sorted(kind.NAME for kind in _KINDS)),
    specification="https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html",
    limits="Encrypted volumes without a key, swap space, volumes of other kinds, and files that Windows keeps in "
    "another form (CompactOS, deduplication) are reported and not read. Deleted files and further streams of a file on "
    "NTFS are not looked for, and a journal is not applied.",
    suffixes=(".img", ".dd", ".raw", ".vhd", ".vmdk", ".dmg"),
    magics=(*dict.fromkeys(magic for kind in (*_KINDS, *encryptions()) for magic in kind.MAGICS), Magic(bytes(16))),
    refines=("not-read",),
)
RANDOM_ACCESS = True

_SMALLEST = 16 << 10
_HEAD = 4096
_DEEPEST = 4
"""Volumes in volumes."""
_NOTHING = ((b"SWAPSPACE2", 4086), (b"SWAP-SPACE", 4086))


def wants(name: str, head: bytes) -> bool:
    """Whether it can be one by its beginning; a disk's volumes may begin behind what is seen here."""
    if format_of(head) is not None or kind_of(head) is not None or division_of(head) is not None:
        return True
    if encryption_of(head) is not None:
        return True
    return name.endswith((".img", ".dd", ".raw", ".dmg")) or (len(head) == _HEAD and not any(head))


def confirms(source: Source) -> bool:
    """Whether a disk format, a division or a file system is there, and enough of it to hold files."""
    head = bytes(source.view(0, HEAD_BYTES))
    if format_in(source) is not None or kind_of(head) is not None or encryption_of(head) is not None:
        return True
    return division_of(head) is not None and source.size >= _SMALLEST


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The files of every volume.

    Raises:
        Unreadable: After every file that could be listed, where a volume could not be read.
    """
    return _members(source, budget, ALL)


def share(source: Source, budget: Budget, number: int, of: int) -> Iterator[Member]:
    """One of so many shares of the members, without a look at the files of the others. Raises as `members` does."""
    return _members(source, budget, Share(number, of))


def _members(source: Source, budget: Budget, mine: Share) -> Iterator[Member]:
    if is_part(source):
        return
    jail = Jail()
    problem: Unreadable | None = None
    for volume in _volumes(Volume("", disk_of(source, budget)), budget, source.keys):
        try:
            if isinstance(volume, Unreadable):
                raise volume
            system = system_of(volume, budget, source.keys)
            if system is None:
                continue
            yield from _files_of(volume, system, mine, jail)
        except Unreadable as why:
            problem = problem or why
    if problem is not None:
        raise problem


def _files_of(volume: Volume, system: FileSystem, mine: Share, jail: Jail) -> Iterator[Member]:
    try:
        for file in system.files(mine):
            yield member_of(volume, file, jail, system)
    except Unreadable as why:
        raise Unreadable(why.cause, f"{_where(volume)}{why.reason}") from why


def find(source: Source, name: str, budget: Budget) -> Member | None:
    """One file by its locator text, without listing the volumes."""
    for volume in _volumes(Volume("", disk_of(source, budget)), budget, source.keys):
        if not isinstance(volume, Unreadable) and name.startswith(volume.name):
            system = system_of(volume, budget, source.keys)
            file = system.file(name.removeprefix(volume.name)) if system is not None else None
            if file is not None and system is not None:
                return member_of(volume, file, Jail(), system)
    return None


def _volumes(outer: Volume, budget: Budget, keys: tuple[bytes, ...], depth: int = 0) -> Iterator[Volume | Unreadable]:
    """The innermost volumes of one, or why they could not be told. It is one itself where its first sector is that of
    a file system, which has room for other things where a table of partitions would stand."""
    try:
        head = bytes(outer.disk.read(0, HEAD_BYTES))
    except Unreadable as why:
        yield Unreadable(why.cause, f"{_where(outer)}{why.reason}")
        return
    encryption = encryption_of(head)
    division = division_of(head) if encryption is None else None
    is_volume = encryption is None and head[:1] in (b"\xeb", b"\xe9") and kind_of(head) is not None
    if depth > _DEEPEST or is_volume or not (division or encryption):
        yield outer
        return
    budget.spend_items()
    try:
        if encryption is not None:
            inner = [Volume("", encryption.unlocked(outer.disk, keys, budget))]
        elif division is not None:
            inner = division.volumes(outer.disk, budget)
    except Unreadable as why:
        yield Unreadable(why.cause, f"{_where(outer)}{why.reason}")
        return
    if not inner:
        yield outer
    for volume in inner:
        whole = Volume(outer.name + volume.name, volume.disk, outer.start + volume.start)
        yield from _volumes(whole, budget, keys, depth + 1)


def member_of(volume: Volume, file: File, jail: Jail, system: FileSystem) -> Member:
    """A file of a volume as the engine wants it."""
    path = volume.name.encode() + file.path if isinstance(file.path, bytes) else volume.name + file.path
    name = jail.admit(path)
    beside = partial(_beside, volume, system, name.text.removeprefix(volume.name))
    return Member(
        name=name.text,
        kind=file.kind,
        size=file.size,
        chunks=file.chunks,
        in_place=file.in_place,
        beside=beside,
        notes=name.notes,
        system=system.identity,
        stamp=file.stamp if system.identity else (),
    )


def _beside(volume: Volume, system: FileSystem, path: str, name: str) -> Member | None:
    at = path_beside(path, name)
    found = system.file(at) if at and not at.endswith("/") else None
    return member_of(volume, found, Jail(), system) if found is not None and found.kind == "file" else None


def system_of(volume: Volume, budget: Budget, keys: tuple[bytes, ...] = ()) -> FileSystem | None:
    """The file system of a volume; None where there is nothing to read in it. Raises `Unreadable`."""
    try:
        return _file_system(volume.disk, budget, keys)
    except Unreadable as why:
        raise Unreadable(why.cause, f"{_where(volume)}{why.reason}") from why


def _file_system(disk: Disk, budget: Budget, keys: tuple[bytes, ...]) -> FileSystem | None:
    head = bytes(disk.read(0, HEAD_BYTES))
    kind = kind_of(head)
    if kind is not None:
        return opened(kind, disk, keys, budget)
    if (not any(head) and _is_empty(disk, budget)) or any(head.startswith(m, at) for m, at in _NOTHING):
        return None
    what = known_by(head)
    told = (
        f"It holds {what}, which frscan cannot look inside yet" if what else "It holds no file system that frscan knows"
    )
    raise Unreadable(Cause.UNSUPPORTED, f"{told}; what is in it was not read.")


def _is_empty(disk: Disk, budget: Budget) -> bool:
    """Whether nothing but zeros stands at the beginning, where every file system has something."""
    budget.spend_items()
    return not any(bytes(disk.read(0, 1 << 20)))


def _where(volume: Volume) -> str:
    if not volume.name:
        return ""
    name = volume.name.rstrip("/")
    place = f" from offset {volume.start:,}" if volume.start else ""
    return f"{name[:1].upper()}{name[1:]} ({volume.disk.size:,} bytes{place}): "
