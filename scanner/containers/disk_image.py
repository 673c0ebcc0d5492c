"""Disk images: the files on the file systems of the partitions of a disk, streamed and never unpacked.

```
image file ─► disk (as it is, qcow2, VMDK …) ─► partitions (MBR, GPT) ─► file system ─► files
```
`disks/` and `filesystems/` have one module a kind. A file is named by its path, with `partition N/` before it where the
disk has partitions. What holds no known file system is told by its place and size.
"""

from collections.abc import Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.disks import Disk, disk_formats, disk_of, format_of
from scanner.containers.disks.partitions import Volume, has_table, volumes
from scanner.containers.filesystems import HEAD_BYTES, File, FileSystem, kind_of
from scanner.containers.jail import Jail
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="disk-image",
    version=1,
    line="Disk images (raw, qcow2) with ext2, ext3, ext4 or SquashFS; with the extra “images” also VMDK, VHD, VHDX, "
    "VDI, EWF, and NTFS, FAT, exFAT, XFS, Btrfs, APFS, cramfs, JFFS2",
    specification="https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html",
    limits="Encrypted volumes, swap space and volumes of other kinds are reported and not read. Deleted files are not "
    "looked for, and a journal is not applied.",
    suffixes=(".img", ".dd", ".raw", ".vhd", ".vmdk"),
    magics=(
        *(magic for disk_format in disk_formats() for magic in disk_format.MAGICS),
        Magic(b"\x53\xef", 1080),
        Magic(b"\x55\xaa", 510),
        Magic(b"EFI PART", 512),
        Magic(b"NTFS    ", 3),
        Magic(b"EXFAT   ", 3),
        Magic(b"XFSB"),
        Magic(b"NXSB", 32),
        Magic(b"hsqs"),
        Magic(b"\x45\x3d\xcd\x28"),
        Magic(b"\x85\x19"),
        Magic(bytes(16)),
    ),
    refines=("not-read",),
)
RANDOM_ACCESS = True

_SMALLEST = 16 << 10
_HEAD = 4096
_ENCRYPTED = ((b"LUKS\xba\xbe", 0, "LUKS"), (b"-FVE-FS-", 3, "BitLocker"))
_NOTHING = ((b"SWAPSPACE2", 4086), (b"SWAP-SPACE", 4086))
_LVM = b"LABELONE"


def wants(name: str, head: bytes) -> bool:
    """Whether it can be one by its beginning; a disk's partitions may begin behind what is seen here."""
    if format_of(head) is not None or kind_of(head) is not None or head.startswith(b"EFI PART", 512):
        return True
    return has_table(head) or name.endswith((".img", ".dd", ".raw")) or (len(head) == _HEAD and not any(head))


def confirms(source: Source) -> bool:
    """Whether a disk format, a table of partitions or a file system is there, and enough of it to hold files."""
    head = bytes(source.view(0, HEAD_BYTES))
    if format_of(head) is not None or kind_of(head) is not None:
        return True
    is_divided = head.startswith(b"EFI PART", 512) or has_table(head)
    return is_divided and source.size >= _SMALLEST and not head.startswith(b"MZ")


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The files of every volume.

    Raises:
        Unreadable: After every file that could be listed, where a volume could not be read.
    """
    disk = disk_of(source, budget)
    jail = Jail()
    problem: Unreadable | None = None
    for volume in _volumes(disk, budget):
        try:
            system = _opened(volume, budget)
            if system is None:
                continue
            for file in system.files():
                yield _member(volume, file, jail, system)
        except Unreadable as why:
            problem = problem or Unreadable(why.cause, f"{_where(volume)}{why.reason}")
    if problem is not None:
        raise problem


def find(source: Source, name: str, budget: Budget) -> Member | None:
    """One file by its locator text, without listing the volumes."""
    disk = disk_of(source, budget)
    for volume in _volumes(disk, budget):
        if name.startswith(volume.name):
            system = _opened(volume, budget)
            file = system.file(name.removeprefix(volume.name)) if system is not None else None
            return _member(volume, file, Jail(), system) if file is not None and system is not None else None
    return None


def _volumes(disk: Disk, budget: Budget) -> list[Volume]:
    """The partitions; the whole disk where its first sector is that of a file system, which has room for other things
    where a table of partitions would stand."""
    head = bytes(disk.read(0, HEAD_BYTES))
    is_volume = head[:1] in (b"\xeb", b"\xe9") and kind_of(head) is not None
    return [Volume("", disk, 0)] if is_volume else volumes(disk, budget)


def _member(volume: Volume, file: File, jail: Jail, system: FileSystem) -> Member:
    path = volume.name.encode() + file.path if isinstance(file.path, bytes) else volume.name + file.path
    name = jail.admit(path)
    beside = partial(_beside, volume, system, name.text.removeprefix(volume.name))
    return Member(
        name=name.text,
        kind=file.kind,
        size=file.size,
        chunks=file.chunks,
        beside=beside,
        notes=name.notes,
        stamp=file.stamp,
    )


def _beside(volume: Volume, system: FileSystem, path: str, name: str) -> Member | None:
    folder = path.rpartition("/")[0]
    if name.startswith("../"):
        folder, name = folder.rpartition("/")[0], name.removeprefix("../")
    found = system.file(f"{folder}/{name}" if folder else name) if "/" not in name else None
    return _member(volume, found, Jail(), system) if found is not None and found.kind == "file" else None


def _opened(volume: Volume, budget: Budget) -> FileSystem | None:
    """The file system of a volume; None where there is nothing to read in it. Raises `Unreadable`."""
    head = bytes(volume.disk.read(0, HEAD_BYTES))
    for mark, offset, what in _ENCRYPTED:
        if head.startswith(mark, offset):
            raise Unreadable(Cause.ENCRYPTED, f"This is a volume encrypted by {what}; its content was not examined.")
    kind = kind_of(head)
    if kind is not None:
        return kind.opened(volume.disk, budget)
    if (not any(head) and _is_empty(volume.disk, budget)) or any(head.startswith(m, at) for m, at in _NOTHING):
        return None
    what = "a volume of the Logical Volume Manager" if _LVM in head[:2048] else "no file system that frscan knows"
    raise Unreadable(Cause.UNSUPPORTED, f"It holds {what}; what is in it was not read.")


def _is_empty(disk: Disk, budget: Budget) -> bool:
    """Whether nothing but zeros stands at the beginning, where every file system has something."""
    budget.spend_items()
    return not any(bytes(disk.read(0, 1 << 20)))


def _where(volume: Volume) -> str:
    if not volume.name:
        return ""
    return f"{volume.name.rstrip('/').capitalize()} ({volume.disk.size:,} bytes from offset {volume.start:,}): "
