"""Windows libraries made here: sections of data with the directories that a test asks for."""

import struct

RVA, OFFSET = 0x1000, 0x400


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


def _padded(data: bytes, to: int = 4) -> bytes:
    return data + bytes(-len(data) % to)


def version_block(key: str, value: bytes = b"", children: tuple[bytes, ...] = (), *, is_text: bool = True) -> bytes:
    head = _padded(bytes(6) + utf16(key))
    body = value
    for child in children:
        body = _padded(body) + child
    length = len(head) + len(body)
    return struct.pack("<HHH", length, len(value) // 2 if is_text else len(value), int(is_text)) + head[6:] + body


def version_resource(strings: dict[str, str]) -> bytes:
    """A VS_VERSIONINFO with one language."""
    rows = tuple(version_block(key, utf16(value)) for key, value in strings.items())
    table = version_block("040904b0", children=rows)
    fixed = struct.pack("<II", 0xFEEF04BD, 0x10000) + bytes(44)
    info = version_block("StringFileInfo", children=(table,))
    return version_block("VS_VERSION_INFO", fixed, (info,), is_text=False)


def resources(kinds: dict[int, bytes], rva: int) -> bytes:
    """A tree of resources: for each type one, in one language."""

    def directory(rows: list[tuple[int, int]]) -> bytes:
        return bytes(12) + struct.pack("<HH", 0, len(rows)) + b"".join(struct.pack("<II", *row) for row in rows)

    first = 16 + 8 * len(kinds)
    tree = directory([(kind, 0x80000000 | (first + 64 * n)) for n, kind in enumerate(kinds)])
    content_at = first + 64 * len(kinds)
    contents = b""
    for n, content in enumerate(kinds.values()):
        at = first + 64 * n
        tree += directory([(1, 0x80000000 | (at + 24))]) + directory([(0x409, at + 48)])
        tree += struct.pack("<IIII", rva + content_at + len(contents), len(content), 0, 0)
        contents = _padded(contents + content)
    return tree + contents


def pe_with(directories: dict[int, bytes], *, is_library: bool = True, wide: bool = True, code: bytes = b"") -> bytes:
    """A PE file whose only data section holds the given directories, and whose code is what is given."""
    body, table = b"", [(0, 0)] * 16
    for number, content in directories.items():
        table[number] = (RVA + len(body), len(content))
        body = _padded(body + content, 16)
    optional = struct.pack("<H", 0x20B if wide else 0x10B).ljust(24, b"\0")
    optional += struct.pack("<Q", 0x400000) if wide else struct.pack("<II", 0, 0x400000)
    optional = (optional + struct.pack("<II", 0x1000, 0x200)).ljust(60, b"\0") + struct.pack("<I", OFFSET)
    optional = optional.ljust(108 if wide else 92, b"\0") + struct.pack("<I", 16)
    optional += b"".join(struct.pack("<II", *row) for row in table)
    traits = 0x2022 if is_library else 0x22
    header = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    header += struct.pack("<4sHHIIIHH", b"PE\0\0", 0x8664 if wide else 0x14C, 2, 0, 0, 0, len(optional), traits)
    body = _padded(body or b"\0", 0x200)
    code_at = OFFSET + len(body)
    code_rva = RVA + (len(body) + 0xFFF) // 0x1000 * 0x1000
    sections = struct.pack("<8sIIIIIIHHI", b".rdata", len(body), RVA, len(body), OFFSET, 0, 0, 0, 0, 0x40000040)
    code = _padded(code or b"\xc3", 0x200)
    sections += struct.pack("<8sIIIIIIHHI", b".text", len(code), code_rva, len(code), code_at, 0, 0, 0, 0, 0x60000020)
    return (header + optional + sections).ljust(OFFSET, b"\0") + body + code


def debug_directory(path: str, rva: int) -> bytes:
    """One CodeView entry, its record right behind it; `rva` is where the directory will lie."""
    record = b"RSDS" + bytes(20) + path.encode() + b"\0"
    offset = rva - RVA + OFFSET + 28
    return struct.pack("<12xIIII", 2, len(record), rva + 28, offset) + record
