"""Linux kernels for PCs (bzImage, vmlinuz): a start program with the compressed kernel inside.

```
boot sector and setup code | unpacker: code, compressed kernel, data
```
Since version 2.08 of the boot protocol the header says where the compressed kernel lies.
"""

import struct
from collections.abc import Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import slices
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

MARK, MARK_AT = b"HdrS", 0x202

INFO = Info(
    name="linux-kernel",
    version=1,
    line="Linux kernels for PCs (bzImage, vmlinuz)",
    specification="https://docs.kernel.org/arch/x86/boot.html, The Real-Mode Kernel Header",
    limits="Kernels older than version 2.08 of the boot protocol (2007) are reported as not read.",
    magics=(Magic(MARK, MARK_AT),),
)
RANDOM_ACCESS = True

_SETUP_SECTORS_AT, _VERSION_AT, _PAYLOAD_AT = 0x1F1, 0x206, 0x248
_WITH_PAYLOAD = 0x208
_SECTOR = 512
_OWN_LENGTH = (b"\x1f\x8b",)
"""gzip tells the length itself; behind everything else the kernel's build wrote it in four bytes."""


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The compressed kernel. Raises `Unreadable` where the header does not lead to it."""
    budget.spend_items()
    head = source.head
    if len(head) < _PAYLOAD_AT + 8:
        raise Unreadable(Cause.DAMAGED, "The header of the kernel is cut short.")
    (version,) = struct.unpack_from("<H", head, _VERSION_AT)
    if version < _WITH_PAYLOAD:
        raise Unreadable(Cause.UNSUPPORTED, "The kernel is too old for frscan to find its compressed part.")
    offset, size = struct.unpack_from("<II", head, _PAYLOAD_AT)
    start = (head[_SETUP_SECTORS_AT] + 1) * _SECTOR + offset
    begins = bytes(source.view(start, 2))
    if not begins.startswith(_OWN_LENGTH):
        size = max(size - 4, 0)
    name = Jail().admit("(kernel)")
    read = partial(slices, source.view(), start, size, budget)
    yield Member(name=name.text, kind="file", size=size, chunks=read, notes=name.notes)
