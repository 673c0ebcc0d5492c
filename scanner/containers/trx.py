"""TRX: the firmware of routers and cameras with Broadcom's start code.

```
HDR0 | length | checksum | flags, version | places of three parts (version 2: four), 0: none │ all little-endian
```
Specification: https://openwrt.org/docs/techref/header
"""

import struct
from collections.abc import Iterator
from itertools import pairwise

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import part, rest
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="trx",
    version=2,
    line="Firmware with a TRX header",
    specification="https://openwrt.org/docs/techref/header",
    limits="The checksum is not checked.",
    magics=(Magic(b"HDR0"),),
)
RANDOM_ACCESS = True

_HEADER = struct.Struct("<4s2I2H4I")


def wants(_name: str, head: bytes) -> bool:
    """Whether version and length can be those of a firmware."""
    return len(head) >= _HEADER.size and head[14:16] in (b"\1\0", b"\2\0")


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The parts, and what lies behind them. Raises `Unreadable` where no part begins inside it."""
    data = source.view()
    _, length, _, _, version, *places = _HEADER.unpack(bytes(data[: _HEADER.size]).ljust(_HEADER.size, b"\0"))
    end = min(length, len(data))
    starts = sorted({place for place in places[: 3 if version == 1 else 4] if 28 <= place < end})
    if not starts:
        raise Unreadable(Cause.DAMAGED, "The header of the firmware leads to no part of it.")
    jail = Jail()
    for number, (start, following) in enumerate(pairwise([*starts, end])):
        yield part(data, f"part {number + 1}.bin", start, following - start, jail, budget)
    yield from rest(data, end, jail, budget)
