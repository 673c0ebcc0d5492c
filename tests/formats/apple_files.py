"""Programs for Apple's systems made here, of 64 bits: with names in every table that is read."""

import plistlib
import struct

ADDRESS = 0x100000000


def command(number: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 8)
    return struct.pack("<II", number, len(body) + 8) + body


def code_signature(identifier: str, team: str, entitlements: dict[str, object], flags: int = 0) -> bytes:
    """A superblob with a code directory and entitlements."""
    names = identifier.encode() + b"\0" + team.encode() + b"\0"
    directory = struct.pack(">IIIII", 0xFADE0C02, 52 + len(names), 0x20200, flags, 0) + struct.pack(">I", 52)
    directory = directory.ljust(48, b"\0") + struct.pack(">I", 52 + len(identifier) + 1) + names
    wanted = plistlib.dumps(entitlements)
    blobs = [directory, struct.pack(">II", 0xFADE7171, 8 + len(wanted)) + wanted]
    at, index = 12 + 8 * len(blobs), b""
    for slot, blob in zip((0, 5), blobs, strict=True):
        index += struct.pack(">II", slot, at)
        at += len(blob)
    return struct.pack(">III", 0xFADE0CC0, at, len(blobs)) + index + b"".join(blobs)


def swift_types(module: str, types: tuple[str, ...], address: int) -> tuple[bytes, bytes]:
    """The section of pointers, which lies at `address`, and the descriptors right behind it; each further type lies in
    the one before."""
    pointers, rows, names = b"", b"", b""
    described = address + 4 * len(types)
    names_at = described + 12 * (len(types) + 1)
    for number, name in enumerate((module, *types)):
        here = described + 12 * number
        parent = 0 if number == 0 else -12 - 4
        rows += struct.pack("<Iii", 16 if number else 0, parent, names_at + len(names) - here - 8)
        names += name.encode() + b"\0"
        if number:
            pointers += struct.pack("<i", here - (address + 4 * (number - 1)))
    return pointers, rows + names


def macho_with(
    *,
    undefined: tuple[str, ...] = (),
    classes: tuple[str, ...] = (),
    swift: tuple[str, ...] = (),
    constants: bytes = b"",
    signature: bytes = b"",
    encrypted: bool = False,
) -> bytes:
    """A program whose one segment holds everything."""
    head_size = 32 + (72 + 3 * 80) + 24 + 80 + 16 + 24
    parts = {"__cstring": constants, "__objc_classname": b"".join(name.encode() + b"\0" for name in classes)}
    body, places = b"", {}
    for name, content in parts.items():
        places[name] = (head_size + len(body), len(content))
        body += content + bytes(-len(content) % 8)
    at = head_size + len(body)
    pointers, rest = swift_types("Shop", swift, ADDRESS + at)
    places["__swift5_types"] = (at, len(pointers))
    body += pointers + rest
    body += bytes(-len(body) % 8)
    strings, rows = b"\0", b""
    for name in ("_defined", *undefined):
        rows += struct.pack("<IBBHQ", len(strings), 1, 0, 0, 0)
        strings += name.encode() + b"\0"
    symbols_at = head_size + len(body)
    strings_at = symbols_at + len(rows)
    signature_at = strings_at + len(strings)
    total = signature_at + len(signature)
    segment = struct.pack("<16s4Q4I", b"__TEXT", ADDRESS, total, 0, total, 5, 5, 3, 0)
    for name, (offset, size) in places.items():
        segment += struct.pack("<16s16sQQI", name.encode(), b"__TEXT", ADDRESS + offset, size, offset).ljust(80, b"\0")
    commands = [
        command(0x19, segment),
        command(0x2, struct.pack("<4I", symbols_at, len(rows) // 16, strings_at, len(strings))),
        command(0xB, struct.pack("<6I", 0, 0, 0, 1, 1, len(undefined)) + bytes(48)),
        command(0x1D, struct.pack("<II", signature_at, len(signature))),
        command(0x2C, struct.pack("<4I", 0, 0, int(encrypted), 0)),
    ]
    listed = b"".join(commands)
    assert 32 + len(listed) == head_size
    header = struct.pack("<8I", 0xFEEDFACF, 0x0100000C, 0, 2, len(commands), len(listed), 0, 0)
    return header + listed + body + rows + strings + signature
