"""Images of Singularity and Apptainer (SIF): a start line, and the file systems of a container behind a table.

```
start line, 32 | SIF_MAGIC, version, processor, number | times | entries: free, all, place, bytes | data: place, bytes
entry, 585: kind 4 | used 1 | number, group, link | place, bytes, bytes with filler, times, owner | name 128 | more 384
```
Specification: https://github.com/apptainer/sif, README and pkg/sif/sif.go; little-endian, without gaps.
"""

import struct
from collections.abc import Iterator

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import part
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_MAGIC = b"SIF_MAGIC\0"
INFO = Info(
    name="sif",
    version=1,
    line="Images of Singularity and Apptainer (SIF)",
    specification="https://github.com/apptainer/sif",
    limits="Signatures are not checked, and encrypted file systems are told and not read.",
    magics=(Magic(_MAGIC, 32),),
    refines=("appended",),
)
RANDOM_ACCESS = True

_TABLE = struct.Struct("<4Q")
_TABLE_AT = 80
_ENTRY = struct.Struct("<I?3I2Q")
_ENTRY_BYTES, _NAME_AT, _NAME_BYTES = 585, 73, 128
_PARTITION = 0x4004
_MOST_ENTRIES = 4096


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Each entry that is in use. Raises `Unreadable` where the table cannot be there."""
    data = source.view()
    if len(data) < _TABLE_AT + _TABLE.size:
        raise Unreadable(Cause.DAMAGED, "The image ends inside its header.")
    _, count, start, _ = _TABLE.unpack_from(data, _TABLE_AT)
    jail = Jail()
    found = 0
    for number in range(min(count, _MOST_ENTRIES)):
        at = start + number * _ENTRY_BYTES
        if at + _ENTRY_BYTES > len(data):
            raise Unreadable(Cause.DAMAGED, "The table of the image leads out of it.")
        kind, is_used, own, _, _, place, size = _ENTRY.unpack_from(data, at)
        if is_used and size:
            found += 1
            raw = bytes(data[at + _NAME_AT : at + _NAME_AT + _NAME_BYTES]).partition(b"\0")[0]
            name = raw.decode("utf-8", "backslashreplace").replace("/", "_")
            ending = ".img" if kind == _PARTITION and not name.endswith(".img") else ""
            yield part(data, f"{own} {name}".strip() + ending, place, size, jail, budget)
    if not found:
        raise Unreadable(Cause.DAMAGED, "The table of the image names nothing that is in it.")
