"""RPM packages: a lead, two headers, and a compressed cpio archive, which is the one member.

```
lead 96 bytes | header of signatures, filled up to 8 | header of the package | payload
header: 8e ad e8 01, 4 bytes, number of entries, bytes of the store | entries of 16 bytes | store
```
"""

import struct
from collections.abc import Callable, Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import behind, slices
from scanner.containers.streams import COMPRESSIONS, Streams
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="rpm",
    version=1,
    line="Packages of Red Hat, Fedora, SUSE and others",
    specification="https://rpm-software-management.github.io/rpm/manual/format_v4.html",
    limits="The package's description in its headers is not read here. Payloads other than cpio are not read.",
    magics=(Magic(b"\xed\xab\xee\xdb"),),
)
RANDOM_ACCESS = False

_LEAD = 96
_HEADER = struct.Struct(">4s4x2I")
_MAGIC = b"\x8e\xad\xe8\x01"
_COMPRESSOR, _FORMAT = 1125, 1124
_STRING = 6
_MOST_ENTRIES, _LONGEST_STRING = 65536, 64


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The payload, without its compression.

    Raises:
        Unreadable: The headers are damaged, or the payload is of a kind that is not read.
    """
    data = source.view()
    _, start = _header(data, _LEAD, budget)
    said, start = _header(data, -(-start // 8) * 8, budget)
    name = Jail().admit(f"payload.{said.get(_FORMAT, 'cpio')}")
    read, streams = _reading(data, start, said.get(_COMPRESSOR, ""), budget)
    yield Member(name=name.text, kind="file", size=0, chunks=read, notes=name.notes)
    if streams is not None and streams.is_read:
        yield from behind(data, streams.end, Jail(), budget)


def _reading(
    data: memoryview, start: int, compressor: str, budget: Budget
) -> tuple[Callable[[], Iterator[bytes]], Streams | None]:
    """How to read the payload: by what it is, for the header's word is a claim."""
    begins = bytes(data[start : start + 6])
    kind = next((kind for kind in COMPRESSIONS if begins.startswith(kind.magics)), None)
    if kind is not None:
        streams = Streams(kind, data, start)
        return partial(streams.pieces, budget), streams
    if begins.startswith(b"0707") or compressor in ("", "none"):
        return partial(slices, data, start, len(data) - start, budget), None
    raise Unreadable(Cause.UNSUPPORTED, f"Its content is compressed by “{compressor}”; frscan cannot read that yet.")


def _header(data: memoryview, at: int, budget: Budget) -> tuple[dict[int, str], int]:
    """The strings of a header that are asked for, and where it ends. Raises `Unreadable` where there is none."""
    if at + _HEADER.size > len(data):
        raise Unreadable(Cause.DAMAGED, "The package ends inside its headers.")
    magic, count, store_bytes = _HEADER.unpack_from(data, at)
    entries = at + _HEADER.size
    store = entries + 16 * count
    if magic != _MAGIC or store + store_bytes > len(data):
        raise Unreadable(Cause.DAMAGED, "A header of the package is damaged; its content was not found.")
    found: dict[int, str] = {}
    for number in range(min(count, _MOST_ENTRIES)):
        budget.spend_items()
        tag, kind, offset, _ = struct.unpack_from(">4I", data, entries + 16 * number)
        if tag in (_COMPRESSOR, _FORMAT) and kind == _STRING and offset < store_bytes:
            text = bytes(data[store + offset : store + min(offset + _LONGEST_STRING, store_bytes)])
            found[tag] = text.partition(b"\0")[0].decode("ascii", "replace")
    return found, store + store_bytes
