"""Linux's Logical Volume Manager (LVM2), by a library of the `images` extra: the logical volumes of one disk.

A volume that lies on several disks, or is put together at run time (thin, cached), is told and not read.
Specification: https://github.com/lvmteam/lvm2/blob/main/lib/format_text/layout.h
"""

from scanner.containers.disks import Disk, DiskStream, StreamDisk
from scanner.containers.libraries import broken, library, without_extra
from scanner.containers.volumes import Volume
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "with the extra “images” LVM"
_MARK, _SECTOR, _SECTORS = b"LABELONE", 512, 4
MAGICS = tuple(Magic(_MARK, number * _SECTOR) for number in range(_SECTORS))


def recognises(head: bytes) -> bool:
    """Whether the label of a physical volume stands in one of the first sectors."""
    return any(head.startswith(magic.value, magic.offset) for magic in MAGICS)


def volumes(disk: Disk, budget: Budget) -> list[Volume]:
    """The logical volumes by their names.

    Raises:
        Unreadable: The description is damaged, a volume lies on other disks too, or the extra is not installed.
    """
    found = library("dissect.volume.lvm")
    if found is None:
        raise without_extra("a volume of the Logical Volume Manager")
    try:
        group = found.LVM2(DiskStream(disk)).volume_group
        made: list[Volume] = []
        for volume in sorted(group.lv, key=lambda volume: str(volume.name)):
            budget.spend_items()
            if volume.is_visible:
                stream = volume.open()
                made.append(Volume(f"{str(volume.name).replace('/', '_')}/", StreamDisk(stream, int(stream.size))))
    except broken() as error:
        reason = f"The volumes of the Logical Volume Manager could not be opened ({type(error).__name__})."
        raise Unreadable(Cause.DAMAGED, reason) from error
    return made
