"""RPM packages: a lead, two headers, and a compressed cpio archive, which is the one member.

```
lead 96 bytes | header of signatures, filled up to 8 | header of the package | payload
header: 8e ad e8 01, 4 bytes, number of entries, bytes of the store | entries of 16 bytes | store
```
"""

from collections.abc import Callable, Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import behind, slices
from scanner.containers.streams import COMPRESSIONS, Streams
from scanner.formats.packages.rpm_header import PAYLOAD_COMPRESSOR, PAYLOAD_FORMAT, text
from scanner.formats.packages.rpm_package import LEAD_BYTES, header_behind_magic
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="rpm",
    version=1,
    line="Packages of Red Hat, Fedora, SUSE and others",
    specification="https://rpm-software-management.github.io/rpm/manual/format_v4.html",
    limits="Payloads other than cpio are not read.",
    magics=(Magic(b"\xed\xab\xee\xdb"),),
)
RANDOM_ACCESS = False


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The payload, without its compression.

    Raises:
        Unreadable: The headers are damaged, or the payload is of a kind that is not read.
    """
    data = source.view()
    _, start = header_behind_magic(data, LEAD_BYTES, budget)
    tags, start = header_behind_magic(data, -(-start // 8) * 8, budget)
    name = Jail().admit(f"payload.{text(tags, PAYLOAD_FORMAT) or 'cpio'}")
    read, streams = _reading(data, start, text(tags, PAYLOAD_COMPRESSOR), budget)
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
