"""Compound files made here: streams at the top or in one storage, whole or with their sectors in disorder."""

import struct

_SECTOR = 512
_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")


def _sectors(content: bytes) -> list[bytes]:
    return [content[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(content), _SECTOR)]


def _row(
    name: str, kind: int, start: int, size: int, *, right: int = _FREE, child: int = _FREE, of: bytes = b""
) -> bytes:
    raw = name.encode("utf-16-le")
    head = raw.ljust(64, b"\0") + struct.pack("<HBB3I", len(raw) + 2, kind, 1, _FREE, right, child)
    return head + of.ljust(16, b"\0") + bytes(20) + struct.pack("<IQ", start, size)


def compound_file(
    streams: dict[str, bytes], *, stored: dict[str, bytes] | None = None, in_disorder: bool = False
) -> bytes:
    """A package of Windows Installer by its class, with no small streams; `stored` lie in a storage."""
    contents = {**streams, **(stored or {})}
    sectors: list[bytes] = []
    following: list[int] = []
    starts = {}
    for name, content in contents.items():
        pieces = _sectors(content)
        order = list(range(len(pieces)))[:: -1 if in_disorder else 1]
        base = len(sectors)
        place = {piece: base + at for at, piece in enumerate(order)}
        sectors += [pieces[piece] for piece in order]
        following += [place.get(piece + 1, _END) for piece in order]
        starts[name] = place.get(0, _END)
    names = list(streams)
    rows = [_row("Root Entry", 5, _END, 0, child=1, of=_INSTALLER)]
    for number, name in enumerate(names, 1):
        rows.append(_row(name, 2, starts[name], len(contents[name]), right=number + 1))
    inner = list(stored or {})
    rows.append(_row("storage", 1, 0, 0, child=len(rows) + 1 if inner else _FREE))
    for name in inner:
        last = name == inner[-1]
        rows.append(_row(name, 2, starts[name], len(contents[name]), right=_FREE if last else len(rows) + 1))
    directory = _sectors(b"".join(rows))
    directory_at = len(sectors)
    following += [*range(directory_at + 1, directory_at + len(directory)), _END]
    sectors += directory
    table_at = len(sectors)
    following.append(_TABLE)
    assert len(following) <= _SECTOR // 4
    sectors.append(struct.pack("<128I", *following, *[_FREE] * (128 - len(following))))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, directory_at, 0, 0, _END, 0, _END, 0)
    header += struct.pack("<109I", table_at, *[_FREE] * 108)
    return header + b"".join(sectors)
