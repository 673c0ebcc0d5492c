"""Linux kernels for 32-bit ARM that unpack themselves (zImage): the compressed kernel inside.

```
start code, at 36: 18286f01 | start | end │ unpacker | compressed kernel | its length │ perhaps device trees
```
Specification: https://docs.kernel.org/arch/arm/booting.html; the mark stands in arch/arm/boot/compressed/head.S. Where
the compressed kernel begins nobody says: it is found as parts of firmware are.
"""

from collections.abc import Iterator

from scanner.containers import Member, firmware
from scanner.containers.firmware_kinds import COMPRESSED
from scanner.containers.jail import Jail
from scanner.containers.stored import part
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="arm-kernel",
    version=1,
    line="Linux kernels for 32-bit ARM that unpack themselves (zImage)",
    specification="https://docs.kernel.org/arch/arm/booting.html",
    limits="Kernels compressed by LZO are told and not unpacked.",
    magics=(Magic(b"\x18\x28\x6f\x01", 0x24),),
    refines=("not-read",),
)
RANDOM_ACCESS = True


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The compressed kernel. Raises `Unreadable` where none is found."""
    data = source.view()
    found = next(firmware.parts_of(source, budget, COMPRESSED), None)
    if found is None:
        raise Unreadable(
            Cause.UNSUPPORTED, "This is a Linux kernel for 32-bit ARM in which no packed kernel was found."
        )
    yield part(data, f"(kernel).{found.kind}", found.start, len(data) - found.start, Jail(), budget)
