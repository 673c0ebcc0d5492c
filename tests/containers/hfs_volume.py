"""Makes HFS+ volumes by Apple's Technical Note TN1150, for what programs at hand do not make: trees of several levels,
forks in more than eight pieces, compressed files, and files and folders of several names."""

import struct
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import count
from typing import NamedTuple

BLOCK = 512
NODE = 1024
ROOT = 2
PRIVATE, PRIVATE_FOLDERS = "\0\0\0\0HFS+ Private Data", ".HFS+ Private Directory Data\r"
PACKED = 0x20
FOLDER_MODE, FILE_MODE, LINK_MODE = 0o040755, 0o100644, 0o120777


class Content(NamedTuple):
    """A file."""

    data: bytes = b""
    resources: bytes = b""
    mode: int = FILE_MODE
    flags: int = 0
    type: bytes = bytes(8)
    """Type and creator."""
    leads_to: int = 0
    attribute: bytes = b""
    """The value of com.apple.decmpfs."""


def file_link(number: int) -> Content:
    """One of several names of the file `iNode<number>` in the private folder."""
    return Content(type=b"hlnkhfs+", leads_to=number)


def folder_link(number: int) -> Content:
    """One of several names of the folder `dir_<number>` in the other private folder."""
    return Content(type=b"fdrpMACS", leads_to=number)


def packed(way: int, size: int, kept: bytes = b"", resources: bytes = b"") -> Content:
    """A compressed file."""
    return Content(resources=resources, flags=PACKED, attribute=struct.pack("<4sIQ", b"fpmc", way, size) + kept)


def in_zlib_fork(*chunks: bytes) -> bytes:
    """A resource fork with compressed chunks, as for way 4."""
    at, table = 4 + 8 * len(chunks), b""
    for chunk in chunks:
        table += struct.pack("<II", at, len(chunk))
        at += len(chunk)
    body = struct.pack("<I", len(chunks)) + table + b"".join(chunks)
    return struct.pack(">4I", 256, 260 + len(body), 4 + len(body), 50).ljust(256, b"\0") + (
        struct.pack(">I", len(body)) + body + bytes(50)
    )


def in_fork(*chunks: bytes) -> bytes:
    """A resource fork with compressed chunks, as for the other ways."""
    starts = [4 * (len(chunks) + 1)]
    for chunk in chunks:
        starts.append(starts[-1] + len(chunk))
    return struct.pack(f"<{len(starts)}I", *starts) + b"".join(chunks)


class _Disk:
    """Blocks given out in a row, or, where `pieces_apart`, one by one with a block between them."""

    def __init__(self, *, pieces_apart: bool) -> None:
        self.blocks = bytearray(4 * BLOCK)
        self.overflow: list[tuple[bytes, bytes]] = []
        self._pieces_apart = pieces_apart

    def fork(self, data: bytes, owner: int, kind: int = 0, *, piece: int = BLOCK) -> bytes:
        """Write a fork; what a record says of it."""
        extents = list(self._written(data, piece if self._pieces_apart else max(len(data), 1)))
        groups = [extents[at : at + 8] for at in range(0, len(extents), 8)] or [[]]
        known = 0
        for group in groups:
            if known:
                self.overflow.append((struct.pack(">BxII", kind, owner, known), _eight(group)))
            known += sum(number for _, number in group)
        return struct.pack(">QII", len(data), 0, known) + _eight(groups[0])

    def _written(self, data: bytes, step: int) -> Iterator[tuple[int, int]]:
        for at in range(0, len(data), step):
            piece = data[at : at + step]
            number = -(-len(piece) // BLOCK)
            yield len(self.blocks) // BLOCK, number
            self.blocks += piece.ljust(number * BLOCK, b"\0") + (b"~" * BLOCK if self._pieces_apart else b"")


def _eight(extents: list[tuple[int, int]]) -> bytes:
    return b"".join(struct.pack(">II", *extent) for extent in extents).ljust(64, b"\0")


def volume(files: Mapping[str, Content | bytes], *, mark: bytes = b"H+", pieces_apart: bool = False) -> bytes:
    """A volume with these files, by their paths."""
    disk = _Disk(pieces_apart=pieces_apart)
    catalog: list[tuple[bytes, bytes]] = []
    attributes: list[tuple[bytes, bytes]] = []
    numbers, folders = count(16), {"": ROOT}
    catalog += _folder(ROOT, 1, "Volume", 0)
    for path, content in files.items():
        *above, name = path.split("/")
        for depth in range(1, len(above) + 1):
            folder = "/".join(above[:depth])
            if folder not in folders:
                folders[folder] = next(numbers)
                catalog += _folder(folders[folder], folders["/".join(above[: depth - 1])], above[depth - 1], 1)
        number, parent = next(numbers), folders["/".join(above)]
        told = Content(content) if isinstance(content, bytes) else content
        catalog += _file(disk, number, parent, name, told)
        if told.attribute:
            attributes.append(_attribute(number, told.attribute))
    return _assembled(disk, catalog, attributes, mark)


def _key(parent: int, name: str) -> bytes:
    units = unicodedata.normalize("NFD", name).replace(":", "/").encode("utf-16-be", "surrogatepass")
    return struct.pack(">IH", parent, len(units) // 2) + units


def _folder(number: int, parent: int, name: str, held: int) -> list[tuple[bytes, bytes]]:
    record = struct.pack(">hHII5I", 1, 0, held, number, *range(1, 6)) + _permissions(FOLDER_MODE, 0, 0)
    return [
        (_key(parent, name), record.ljust(88, b"\0")),
        (_key(number, ""), struct.pack(">hh", 3, 0) + _key(parent, name)),
    ]


def _file(disk: _Disk, number: int, parent: int, name: str, told: Content) -> list[tuple[bytes, bytes]]:
    marks = 2 | 4 * bool(told.attribute) | 0x20 * bool(told.leads_to)
    record = struct.pack(">hHII5I", 2, marks, 0, number, *range(1, 6))
    record += _permissions(told.mode, told.flags, told.leads_to) + told.type.ljust(40, b"\0")
    record += disk.fork(told.data, number) + disk.fork(told.resources, number, 0xFF)
    return [(_key(parent, name), record), (_key(number, ""), struct.pack(">hh", 4, 0) + _key(parent, name))]


def _permissions(mode: int, flags: int, special: int) -> bytes:
    return struct.pack(">IIBBHI", 501, 20, 0, flags, mode, special)


def _attribute(number: int, value: bytes) -> tuple[bytes, bytes]:
    name = "com.apple.decmpfs".encode("utf-16-be")
    data = struct.pack(">4I", 0x10, 0, 0, len(value)) + value + bytes(len(value) % 2)
    return struct.pack(">HIIH", 0, number, 0, len(name) // 2) + name, data


def _folded(key: bytes) -> tuple[int, list[int]]:
    units = key[6:].decode("utf-16-be", "surrogatepass").lower()
    return int.from_bytes(key[:4], "big"), [ord(unit) or 0xFFFF for unit in units]


def _assembled(
    disk: _Disk, catalog: list[tuple[bytes, bytes]], attributes: list[tuple[bytes, bytes]], mark: bytes
) -> bytes:
    forks = {
        272: disk.fork(tree(sorted(catalog, key=lambda record: _folded(record[0])), 516), 4, piece=NODE),
        352: disk.fork(tree(sorted(attributes), 266), 8, piece=NODE),
    }
    overflow = sorted(disk.overflow, key=lambda record: (record[0][2:6], record[0][:1], record[0][6:]))
    forks[192] = disk.fork(tree(overflow, 10), 3, piece=1 << 20)
    whole = bytearray(disk.blocks + bytes(8 * BLOCK))
    number = len(whole) // BLOCK
    bitmap = b"\xff" * -(-number // 8)
    start = number - 8
    whole[start * BLOCK : start * BLOCK + len(bitmap)] = bitmap
    forks[112] = struct.pack(">QII", 4 * BLOCK, 0, 4) + _eight([(start, 4)])
    header = bytearray(512)
    struct.pack_into(">2sHI4sI", header, 0, mark, 4 if mark == b"H+" else 5, 0x100, b"10.0", 0)
    kinds = [data[:2] for _, data in catalog]
    struct.pack_into(">8I", header, 16, 1, 2, 0, 3, kinds.count(b"\0\2"), kinds.count(b"\0\1") - 1, BLOCK, number)
    struct.pack_into(">Q", header, 104, 0x0123_4567_89AB_CDEF)
    for at, fork in forks.items():
        header[at : at + 80] = fork
    whole[1024:1536] = whole[-1024:-512] = header
    return bytes(whole)


def tree(records: list[tuple[bytes, bytes]], longest_key: int) -> bytes:
    """A B-tree with these records in their order."""
    level = [struct.pack(">H", len(key)) + key + data for key, data in records]
    nodes: list[bytes] = [b""]
    kind, depth, root, leaves = -1, 0, 0, (0, 0)
    while level:
        depth += 1
        first = len(nodes)
        groups = list(_groups(level))
        for number, group in enumerate(groups, first):
            following = number + 1 if number + 1 < first + len(groups) else 0
            nodes.append(_node(group, kind, depth, following, number - 1 if number > first else 0))
        if kind == -1:
            leaves = (first, len(nodes) - 1)
        level = [
            group[0][: 2 + int.from_bytes(group[0][:2], "big")] + struct.pack(">I", number)
            for number, group in enumerate(groups, first)
        ]
        root, kind = first, 0
        if len(groups) == 1:
            break
    header = struct.pack(
        ">HIIIIHHIIHIBBI", depth, root, len(records), *leaves, NODE, longest_key, len(nodes), 0, 0, 0, 0, 0xCF, 6
    )
    nodes[0] = _node([header.ljust(106, b"\0"), bytes(128), b"\xff".ljust(NODE - 256, b"\0")], 1, 0, 0, 0)
    return b"".join(nodes)


def _groups(records: list[bytes]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    for record in records:
        if 16 + sum(len(one) + 2 for one in group) + len(record) + 2 > NODE:
            yield group
            group = []
        group.append(record)
    yield group


def _node(records: list[bytes], kind: int, height: int, following: int, before: int) -> bytes:
    starts, body = [14], b""
    for record in records:
        body += record
        starts.append(14 + len(body))
    table = struct.pack(f">{len(starts)}H", *reversed(starts))
    head = struct.pack(">IIbBHxx", following, before, kind, height, len(records))
    return (head + body).ljust(NODE - len(table), b"\0") + table
