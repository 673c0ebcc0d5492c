"""Headers of RPM packages and the registers that hold them, built from the formats' descriptions."""

import sqlite3
import struct
from pathlib import Path

_STRING, _STRINGS, _INT32 = 6, 8, 4


def header(name="acme-faces", version="2.1", release="3", files=("/usr/lib/libacme.so",), vendor="Acme"):
    folders = sorted({path.rpartition("/")[0] + "/" for path in files})
    numbers = [folders.index(path.rpartition("/")[0] + "/") for path in files]
    tags = [
        (1000, _STRING, [name]),
        (1001, _STRING, [version]),
        (1002, _STRING, [release]),
        (1003, _INT32, [1]),
        (1008, _INT32, [1717113600]),
        (1011, _STRING, [vendor]),
        (1049, _STRINGS, ["acme-core", "libc.so.6()(64bit)", "/bin/sh"]),
        (1116, _INT32, numbers),
        (1117, _STRINGS, [path.rpartition("/")[2] for path in files]),
        (1118, _STRINGS, folders),
    ]
    entries, store = b"", b""
    for tag, kind, values in tags:
        if kind == _INT32:
            store += bytes(-len(store) % 4)
        entries += struct.pack(">4I", tag, kind, len(store), len(values))
        store += (
            struct.pack(f">{len(values)}I", *values)
            if kind == _INT32
            else b"".join(value.encode() + b"\0" for value in values)
        )
    return struct.pack(">2I", len(tags), len(store)) + entries + store


def sqlite_with_log(rows, folder: Path):
    """A database of which the rows stand in the write-ahead log alone, and that log."""
    file, log = folder / "rpmdb.sqlite", folder / "rpmdb.sqlite-wal"
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
    database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.executemany("INSERT INTO Packages (blob) VALUES (?)", [(row,) for row in rows])
    database.commit()
    found = file.read_bytes(), log.read_bytes()
    database.close()
    return found


def package(row):
    """A package file without content."""
    signatures = b"\x8e\xad\xe8\x01\0\0\0\0" + struct.pack(">2I", 0, 0)
    return b"\xed\xab\xee\xdb".ljust(96, b"\0") + signatures + b"\x8e\xad\xe8\x01\0\0\0\0" + row


def sqlite(rows, folder: Path):
    file = folder / "rpmdb.sqlite"
    database = sqlite3.connect(file)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
    database.executemany("INSERT INTO Packages (blob) VALUES (?)", [(row,) for row in rows])
    database.commit()
    database.close()
    return file.read_bytes()


def ndb(rows):
    slots, blobs = b"", b""
    for number, row in enumerate(rows, 1):
        blob = struct.pack("<4I", 0x53626C42, number, 1, len(row)) + row
        blob += bytes(-len(blob) % 16)
        slots += struct.pack("<4I", 0x746F6C53, number, (4096 + len(blobs)) // 16, len(blob) // 16)
        blobs += blob
    return (struct.pack("<4s3I16x", b"RpmP", 0, 1, 1) + slots).ljust(4096, b"\0") + blobs


def hash_pages(rows, page_bytes=512):
    """A hash database of Berkeley DB with every value on pages of its own."""
    pages = [b"", b""]
    items = []
    for row in rows:
        items += [b"\1" + len(items).to_bytes(4, "little"), struct.pack("<B3xII", 3, len(pages), len(row))]
        room = page_bytes - 26
        pieces = [row[at : at + room] for at in range(0, len(row), room)]
        for number, piece in enumerate(pieces):
            following = len(pages) + 1 if number + 1 < len(pieces) else 0
            head = struct.pack("<8xIIIHHBB", len(pages), 0, following, 1, len(piece), 0, 7)
            pages.append((head + piece).ljust(page_bytes, b"\0"))
    end, offsets, content = page_bytes, [], b""
    for item in items:
        end -= len(item)
        offsets.append(end)
        content = item + content
    head = struct.pack("<8xIIIHHBB", 1, 0, 0, len(items), end, 0, 13) + struct.pack(f"<{len(items)}H", *offsets)
    pages[1] = head.ljust(end, b"\0") + content
    pages[0] = struct.pack("<12x4s4xI", (0x00061561).to_bytes(4, "little"), page_bytes).ljust(page_bytes, b"\0")
    return b"".join(pages)
