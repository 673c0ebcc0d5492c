"""Archives that were made to hurt: each small here, and large or endless for whoever believes it."""

import gzip
import io
import struct
import zipfile
import zlib


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def nested(content: bytes, depth: int) -> bytes:
    """A zip in a zip in a zip …"""
    for _ in range(depth):
        content = zipped(("inner.zip", content), method=zipfile.ZIP_STORED)
    return content


def fanned_out(width: int, depth: int, leaf: bytes) -> bytes:
    """`width` to the power of `depth` leaves, in few bytes: every level holds one archive many times."""
    content = zipped(("leaf.txt", leaf))
    for _ in range(depth):
        content = zipped(*((f"{n}.zip", content) for n in range(width)))
    return content


def overlapping(entries: int, content: bytes) -> bytes:
    """Many names for the same compressed bytes, as in David Fifield's bombs."""
    packed = zlib.compress(content, 9)[2:-4]
    local = struct.pack(
        "<4sHHHHHLLLHH", b"PK\3\4", 20, 0, 8, 0, 0, zlib.crc32(content), len(packed), len(content), 1, 0
    )
    out = local + b"a" + packed
    directory = b""
    for number in range(entries):
        name = b"%06d.txt" % number
        directory += struct.pack(
            "<4sHHHHHHLLLHHHHHLL",
            b"PK\1\2", 20, 20, 0, 8, 0, 0, zlib.crc32(content), len(packed), len(content), len(name), 0, 0, 0, 0, 0, 0,
        ) + name  # fmt: skip
    end = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, entries, entries, len(directory), len(out), 0)
    return out + directory + end


def lying(content: bytes, claimed: int) -> bytes:
    """An honest archive whose directory and local header claim another size."""
    data = bytearray(zipped(("a.txt", content)))
    struct.pack_into("<L", data, 22, claimed)
    struct.pack_into("<L", data, data.rindex(b"PK\1\2") + 24, claimed)
    return bytes(data)


def nested_gzip(depth: int) -> bytes:
    """Gzip in gzip, deeper than anybody should follow."""
    content = b"the end"
    for _ in range(depth):
        content = gzip.compress(content, mtime=0)
    return content
