"""Android's updates (payload.bin): the partitions of a system, each put together from the operations that write it.

```
CrAU | version 2 | length of the manifest | length of its signature │ manifest, signature, data │ all big-endian
manifest (protocol buffer): 3 bytes of a block, 13 partition: 1 name, 7 new size, 8 operation: 1 kind, 2 place and
3 length of its data, 6 blocks written
```
Specification: AOSP, system/update_engine/update_metadata.proto. A full update holds everything; one that builds on an
earlier system changes what only a device has, and is reported as unread.
"""

import struct
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import slices
from scanner.containers.streams import BZIP2, XZ, ZSTANDARD, Compression, Streams
from scanner.formats.protobuf import fields
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="android-update",
    version=1,
    line="Full updates of Android (payload.bin): the images of the partitions",
    specification="https://android.googlesource.com/platform/system/update_engine/+/HEAD/update_metadata.proto",
    limits="Updates that only change an earlier system, which is not there, are reported as unread.",
    magics=(Magic(b"CrAU"),),
    refines=("not-read",),
)
RANDOM_ACCESS = True

_HEADER = struct.Struct(">4sQQI")
_LARGEST_MANIFEST = 64 << 20
_REPLACE, _ZERO, _DISCARD = 0, 6, 7
_PACKED: dict[int, Compression] = {1: BZIP2, 8: XZ, 14: ZSTANDARD}
_PIECE_BYTES = 1 << 20


class _Operation(NamedTuple):
    kind: int
    start: int
    length: int
    blocks: tuple[tuple[int, int], ...]
    """First block and number of each stretch that it writes."""


class _Partition(NamedTuple):
    name: str
    size: int
    operations: tuple[_Operation, ...]


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The image of each partition. Raises `Unreadable` where the manifest is damaged or of another version."""
    data = source.view()
    if len(data) < _HEADER.size:
        raise Unreadable(Cause.DAMAGED, "The update ends inside its header.")
    _, version, length, signature = _HEADER.unpack_from(data)
    if version != 2:
        raise Unreadable(Cause.UNSUPPORTED, f"This is an Android update of version {version}; frscan reads version 2.")
    if length > _LARGEST_MANIFEST:
        raise Unreadable(Cause.LIMIT, "The manifest of the update is larger than 64 MiB.")
    content = data[min(len(data), _HEADER.size + length + signature) :]
    manifest = data[_HEADER.size : _HEADER.size + length]
    block, jail = 4096, Jail()
    partitions: list[_Partition] = []
    for field in fields(manifest, budget):
        if field.number == 3:
            block = field.value
        elif field.number == 13:
            partitions.append(_partition(field.data, budget))
    for partition in partitions:
        name = jail.admit(f"{partition.name}.img")
        size = partition.size or sum(count for op in partition.operations for _, count in op.blocks) * block
        read = partial(_content, content, partition, block, budget)
        yield Member(name=name.text, kind="file", size=size, chunks=read, notes=name.notes)


def _partition(message: memoryview, budget: Budget) -> _Partition:
    name, size = "", 0
    operations: list[_Operation] = []
    for field in fields(message, budget):
        if field.number == 1:
            name = bytes(field.data).decode("utf-8", "backslashreplace")
        elif field.number == 7:
            size = next((part.value for part in fields(field.data, budget) if part.number == 1), 0)
        elif field.number == 8:
            operations.append(_operation(field.data, budget))
    return _Partition(name, size, tuple(operations))


def _operation(message: memoryview, budget: Budget) -> _Operation:
    numbers: dict[int, int] = {}
    blocks: list[tuple[int, int]] = []
    for field in fields(message, budget):
        if field.number == 6:
            extent = {part.number: part.value for part in fields(field.data, budget)}
            blocks.append((extent.get(1, 0), extent.get(2, 0)))
        else:
            numbers[field.number] = field.value
    return _Operation(numbers.get(1, 0), numbers.get(2, 0), numbers.get(3, 0), tuple(blocks))


def _content(data: memoryview, partition: _Partition, block: int, budget: Budget) -> Iterator[bytes]:
    """The blocks in their order; operations write one stretch after the other but for ones that were never written."""
    at = 0
    for operation in sorted(partition.operations, key=lambda one: one.blocks[:1]):
        budget.spend_items()
        first = operation.blocks[0][0] * block if operation.blocks else at
        if first < at or len(operation.blocks) > 1:
            raise Unreadable(Cause.UNSUPPORTED, "The update writes this partition in an order that frscan cannot read.")
        yield from _zeros(first - at, budget)
        size = sum(count for _, count in operation.blocks) * block
        yield from _written(data, operation, size, budget)
        at = first + size


def _written(data: memoryview, operation: _Operation, size: int, budget: Budget) -> Iterator[bytes]:
    if operation.kind in (_ZERO, _DISCARD):
        yield from _zeros(size, budget)
    elif operation.kind == _REPLACE:
        yield from slices(data, operation.start, min(operation.length, size), budget)
        yield from _zeros(size - operation.length, budget)
    elif operation.kind in _PACKED:
        packed = data[operation.start : operation.start + operation.length]
        made = 0
        for piece in Streams(_PACKED[operation.kind], packed).pieces(budget):
            made += len(piece)
            if made > size:
                raise Unreadable(Cause.DAMAGED, "A part of the update is larger than it says.")
            yield piece
        yield from _zeros(size - made, budget)
    else:
        reason = "The update changes an earlier state of this partition, which is not there; the rest was not read."
        raise Unreadable(Cause.VANISHED, reason)


def _zeros(count: int, budget: Budget) -> Iterator[bytes]:
    while count > 0:
        piece = min(count, _PIECE_BYTES)
        budget.spend_bytes(piece)
        yield bytes(piece)
        count -= piece
