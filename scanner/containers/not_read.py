"""Containers that are recognised and not opened, so that a report never says “none” quietly of what it did not open.

They have no members. Their own bytes are scanned, as those of any file; a format that a reader learns to open is taken
by that reader, whatever stands here.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from scanner.containers import Member
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_SECTOR = 512
_SMALLEST_DISK = 1 << 20
_JFFS2_NODES = frozenset({0xE001, 0xE002, 0x2003, 0x2004, 0x2006, 0xE008, 0xE009})
_FIRMWARE_CAPSULE = bytes.fromhex("edd5cb6d2de8444cbda17194199ad92a")
_UPDATE_CAPSULE = bytes.fromhex("bd86663b760d3040b70eb5519e2fc5a0")
"""EFI_FIRMWARE_MANAGEMENT_CAPSULE_ID_GUID and EFI_CAPSULE_GUID, as they stand in a file."""


def _always(_head: bytes) -> bool:
    return True


def _is_ext(head: bytes) -> bool:
    """Whether a superblock of ext2, 3 or 4 is sound: a block of at most 64 KiB, a state, a revision."""
    if len(head) < 1104:
        return False
    block_log, state, revision = (int.from_bytes(head[at : at + 4], "little") for at in (1048, 1082, 1100))
    return block_log <= 6 and state & 0xFFFF < 8 and revision < 2


def _is_boot_sector(head: bytes) -> bool:
    return head[510:512] == b"\x55\xaa"


def _is_partitioned(head: bytes) -> bool:
    """Whether the four entries of a master boot record can be such and one of them is used."""
    entries = [head[at : at + 16] for at in range(446, 510, 16)]
    used = [entry for entry in entries if entry[4:5] not in (b"", b"\0")]
    placed = all(any(entry[8:12]) and any(entry[12:16]) for entry in used)
    return bool(used) and placed and all(entry[0] in (0, 0x80) for entry in entries if entry)


def _is_squashfs(head: bytes) -> bool:
    """Whether the version is one that there is, in either order of bytes."""
    return head[28:32] in (b"\4\0\0\0", b"\3\0\0\0", b"\3\0\1\0", b"\0\3\0\0", b"\0\3\0\1", b"\0\4\0\0")


def _is_cramfs(head: bytes) -> bool:
    return head[16:32] == b"Compressed ROMFS"


def _is_compress(head: bytes) -> bool:
    return len(head) > 3 and not head[2] & 0x60 and 9 <= head[2] & 0x1F <= 16


def _is_jffs2(head: bytes) -> bool:
    return len(head) >= 12 and int.from_bytes(head[2:4], "little") in _JFFS2_NODES


def _is_terse_image(head: bytes) -> bool:
    """Whether machine, number of sections and subsystem are those of a UEFI program (PI Specification 1, TE header)."""
    machine = int.from_bytes(head[2:4], "little")
    return machine in (0x8664, 0x14C, 0xAA64, 0x1C4, 0x1C2, 0x5064) and 0 < head[4] <= 32 and 10 <= head[5] <= 13


def _is_hfs(head: bytes) -> bool:
    """Whether a master directory block has blocks of a size that there can be, and some (Inside Macintosh: Files)."""
    blocks, block_bytes = int.from_bytes(head[1042:1044], "big"), int.from_bytes(head[1044:1048], "big")
    return bool(blocks and block_bytes) and not block_bytes % _SECTOR


def _is_lha(head: bytes) -> bool:
    return head[6:7] == b"-"


class _Format(NamedTuple):
    type: str
    what: str
    magic: bytes
    offset: int = 0
    check: Callable[[bytes], bool] = _always
    cause: Cause = Cause.UNSUPPORTED


_FORMATS = (
    _Format("rar", "a RAR archive", b"Rar!\x1a\x07"),
    _Format("ace", "an ACE archive", b"**ACE**", 7),
    _Format("lha", "an LHA archive", b"-lh", 2, _is_lha),
    _Format("xar", "a XAR archive (a macOS installer package)", b"xar!"),
    _Format("wim", "a Windows image (WIM)", b"MSWIM\0\0\0"),
    _Format("installshield", "an InstallShield cabinet", b"ISc("),
    _Format("nsis", "the content of an NSIS installer", b"\xef\xbe\xad\xdeNullsoftInst"),
    _Format("inno-setup", "the content of an Inno Setup installer", b"zlb\x1a"),
    _Format("inno-setup", "the content of an Inno Setup installer", b"idska32\x1a"),
    _Format("compiled-help", "a compiled help file (CHM)", b"ITSF"),
    _Format("lz4", "a file compressed by LZ4", b"\x04\x22\x4d\x18"),
    _Format("lz4", "a file compressed by LZ4", b"\x02\x21\x4c\x18"),
    _Format("lzip", "a file compressed by lzip", b"LZIP\x01"),
    _Format("lzop", "a file compressed by lzop", b"\x89LZO\0"),
    _Format("compress", "a file compressed by compress", b"\x1f\x9d", 0, _is_compress),
    _Format("qcow2", "a QEMU disk image (qcow2)", b"QFI\xfb"),
    _Format("vmdk", "a VMware disk image (VMDK)", b"KDMV"),
    _Format("vmdk", "the description of a VMware disk image (VMDK)", b"# Disk DescriptorFile"),
    _Format("vhd", "a virtual hard disk (VHD)", b"conectix"),
    _Format("vhdx", "a virtual hard disk (VHDX)", b"vhdxfile"),
    _Format("vdi", "a VirtualBox disk image (VDI)", b"\x7f\x10\xda\xbe", 64),
    _Format("squashfs", "a SquashFS file system", b"hsqs"),
    _Format("squashfs", "a SquashFS file system", b"sqsh"),
    *(
        _Format("squashfs", "a SquashFS file system with a mark of its maker", mark, 0, _is_squashfs)
        for mark in (b"sqlz", b"shsq", b"qshs", b"tqsh", b"hsqt")
    ),
    _Format("yaffs2", "a YAFFS2 file system", b"\3\0\0\0\1\0\0\0\xff\xff"),
    _Format("cramfs", "a cramfs file system (big-endian)", b"\x28\xcd\x3d\x45", 0, _is_cramfs),
    _Format("ubi", "a UBI flash image", b"UBI#"),
    _Format("ubifs", "a UBIFS file system", b"\x31\x18\x10\x06"),
    _Format("jffs2", "a JFFS2 file system", b"\x85\x19", 0, _is_jffs2),
    _Format("cramfs", "a cramfs file system", b"\x45\x3d\xcd\x28"),
    _Format("romfs", "a romfs file system", b"-rom1fs-"),
    _Format("erofs", "an EROFS file system", b"\xe2\xe1\xf5\xe0", 1024),
    _Format("ext", "an ext2, ext3 or ext4 file system", b"\x53\xef", 1080, _is_ext),
    _Format("xfs", "an XFS file system", b"XFSB"),
    _Format("ntfs", "an NTFS file system", b"NTFS    ", 3),
    _Format("exfat", "an exFAT file system", b"EXFAT   ", 3),
    _Format("fat", "a FAT file system", b"FAT", 54, _is_boot_sector),
    _Format("fat", "a FAT file system", b"FAT32   ", 82, _is_boot_sector),
    _Format("hfs-plus", "an HFS+ file system", b"H+\0\4", 1024),
    _Format("hfs-plus", "an HFS+ file system", b"HX\0\5", 1024),
    _Format("hfs", "an HFS file system (of Macs before 1998)", b"BD", 1024, _is_hfs),
    _Format("apfs", "an APFS file system", b"NXSB", 32),
    _Format("lvm", "a volume of the Logical Volume Manager", b"LABELONE", _SECTOR),
    _Format("uefi-firmware", "a UEFI firmware volume", b"_FVH", 40),
    _Format("uefi-capsule", "an update of UEFI firmware (a capsule)", _FIRMWARE_CAPSULE),
    _Format("uefi-capsule", "an update of UEFI firmware (a capsule)", _UPDATE_CAPSULE),
    _Format("uefi-program", "a UEFI program without its PE header (TE)", b"VZ", 0, _is_terse_image),
    _Format("flash-image", "an image of a flash chip with UEFI firmware", b"\x5a\xa5\xf0\x0f", 16),
    _Format("apple-image", "an image of a kernel or of firmware for Apple devices (Image4)", b"\x16\x04IM4P", 5),
    _Format("apple-image", "an image of a kernel or of firmware for Apple devices (Image4)", b"\x16\x04IM4P", 6),
    _Format("u-boot", "a U-Boot image", b"\x27\x05\x19\x56"),
    _Format("compact-dex", "compact code of an Android app (CDEX)", b"cdex0"),
    _Format("art-image", "the start image of an Android runtime (ART)", b"art\n0"),
    _Format("android-sparse", "an Android sparse image", b"\x3a\xff\x26\xed"),
    _Format("android-boot", "an Android start image", b"ANDROID!"),
    _Format("android-update", "an Android update", b"CrAU"),
    _Format("luks", "an encrypted volume (LUKS)", b"LUKS\xba\xbe", 0, _always, Cause.ENCRYPTED),
    _Format("bitlocker", "an encrypted volume (BitLocker)", b"-FVE-FS-", 3, _always, Cause.ENCRYPTED),
    _Format("pgp-disk", "a volume encrypted by PGP or Symantec", b"PGPGUARD", 3, _always, Cause.ENCRYPTED),
    _Format("safeboot", "a volume encrypted by SafeBoot or McAfee", b"SafeBoot", 3, _always, Cause.ENCRYPTED),
    _Format("cryfs", "a part of a folder encrypted by CryFS", b"cryfs.config;", 0, _always, Cause.ENCRYPTED),
    _Format("cryfs", "a part of a folder encrypted by CryFS", b"cryfs.block;", 0, _always, Cause.ENCRYPTED),
    _Format("rclone-encrypted", "a file encrypted by rclone", b"RCLONE\0\0", 0, _always, Cause.ENCRYPTED),
    _Format("sparse-image", "a growing disk image of macOS (.sparseimage)", b"sprs\0\0\0\3"),
    _Format("dmg", "an encrypted macOS disk image", b"encrcdsa", 0, _always, Cause.ENCRYPTED),
    _Format("openssl-encrypted", "a file encrypted by OpenSSL", b"Salted__", 0, _always, Cause.ENCRYPTED),
    _Format("pgp-encrypted", "an encrypted message", b"-----BEGIN PGP MESSAGE", 0, _always, Cause.ENCRYPTED),
    _Format("age-encrypted", "a file encrypted by age", b"age-encryption.org/v1", 0, _always, Cause.ENCRYPTED),
    _Format("disk-image", "an image of a disk with a partition table (GPT)", b"EFI PART", _SECTOR),
    _Format("disk-image", "an image of a disk with partitions", b"\x55\xaa", 510, _is_partitioned),
)
_VHD = _Format("vhd", "a virtual hard disk (VHD)", b"conectix")
_BROKEN_EXT = _Format("ext", "an ext2, ext3 or ext4 file system", b"\x53\xef", 1080, _always, Cause.DAMAGED)
_BY_LAST_SECTOR = {".vhd": _VHD}

_OF_DISKS = (".img", ".ext2", ".ext3", ".ext4")
"""Under such a name two bytes are enough to take it for a file system, if a damaged one."""

INFO = Info(
    name="not-read",
    version=8,
    line="Recognised and reported as unread: " + ", ".join(dict.fromkeys(f.type for f in _FORMATS)),
    specification="https://github.com/file/file/tree/master/magic/Magdir",
    limits="Nothing inside these formats is read; their own bytes are scanned.",
    suffixes=(*_BY_LAST_SECTOR, *_OF_DISKS),
    magics=tuple(dict.fromkeys(Magic(f.magic, f.offset) for f in _FORMATS)),
)
RANDOM_ACCESS = True
WHOLE = False


def wants(name: str, head: bytes) -> bool:
    """Whether the beginning is that of a format; or the name of one that only its end tells."""
    return _by_head(head) is not None or name.endswith((*_BY_LAST_SECTOR, *_OF_DISKS))


def confirms(source: Source) -> bool:
    """Whether it is one of the formats, by more than the beginning."""
    return _format(source) is not None


def type_of(head: bytes) -> str:
    """The format's name, so far as the beginning tells it."""
    found = _by_head(head)
    return found.type if found else ""


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """None. Raises `Unreadable`, which names the format."""
    budget.spend_items()
    yield from ()
    found = _format(source)
    if found is None:
        return
    if found.cause is Cause.ENCRYPTED:
        raise Unreadable(found.cause, f"This is {found.what}; its content was not examined.")
    if found.cause is Cause.DAMAGED:
        raise Unreadable(found.cause, f"This begins like {found.what} and is damaged; frscan could not look inside it.")
    raise Unreadable(found.cause, f"This is {found.what}; frscan cannot look inside it yet.")


def known_by(head: bytes) -> str:
    """What begins so, for people; empty where nobody knows."""
    found = _by_head(head)
    return found.what if found else ""


def _by_head(head: bytes) -> _Format | None:
    return next((f for f in _FORMATS if head.startswith(f.magic, f.offset) and f.check(head)), None)


def _format(source: Source) -> _Format | None:
    found = _by_head(source.head)
    if found is not None:
        is_small = found.type == "disk-image" and source.size < _SMALLEST_DISK  # a boot sector alone
        return None if is_small else found
    lower = source.name.lower()
    if lower.endswith(_OF_DISKS) and source.head.startswith(_BROKEN_EXT.magic, _BROKEN_EXT.offset):
        return _BROKEN_EXT
    last = bytes(source.view(max(0, source.size - _SECTOR), 8))
    return next(
        (f for ending, f in _BY_LAST_SECTOR.items() if lower.endswith(ending) and last.startswith(f.magic)), None
    )
