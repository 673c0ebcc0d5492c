"""Disk images of other virtual machines, by the library that reads them: the `images` extra."""

from collections.abc import Callable
from typing import Any

from scanner.containers.disks import Disk, StreamDisk
from scanner.containers.libraries import broken, library, without_extra
from scanner.model.source import Budget, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

NAME = "with the extra “images” VMDK, VHD, VHDX, VDI"
_READERS: tuple[tuple[Magic, str, str], ...] = (
    (Magic(b"KDMV"), "dissect.hypervisor", "disk.vmdk.VMDK"),
    (Magic(b"COWD"), "dissect.hypervisor", "disk.vmdk.VMDK"),
    (Magic(b"vhdxfile"), "dissect.hypervisor", "disk.vhdx.VHDX"),
    (Magic(b"conectix"), "dissect.hypervisor", "disk.vhd.VHD"),
    (Magic(b"\x7f\x10\xda\xbe", 64), "dissect.hypervisor", "disk.vdi.VDI"),
)
MAGICS = tuple(magic for magic, _, _ in _READERS)


def opened(source: Source, budget: Budget) -> Disk:
    """The disk in the image.

    Raises:
        Unreadable: It is damaged or split over several files, or the `images` extra is not installed.
    """
    budget.spend_items()
    package, path = next((p, path) for m, p, path in _READERS if source.head.startswith(m.value, m.offset))
    module, _, name = path.rpartition(".")
    found = library(f"{package}.{module}")
    if found is None:
        raise without_extra("a virtual disk (VMDK, VHD, VHDX, VDI)")
    make: Callable[[Any], Any] = getattr(found, name)
    try:
        disk = make(source.open())
        stream = disk.open() if hasattr(disk, "open") else disk
        return StreamDisk(stream, int(getattr(disk, "size", 0) or getattr(stream, "size", 0)))
    except broken() as error:
        raise Unreadable(Cause.DAMAGED, f"The disk image could not be opened ({type(error).__name__}).") from error
