"""Databases of bbolt, built by the public layout of its pages, each bucket on a page of its own."""

import struct

PAGE = 512
Tree = dict[str, "Tree | bytes"]


def leaf(entries: list[tuple[int, bytes, bytes]], number: int) -> bytes:
    """A page of entries; one that needs more room goes on in the pages behind it."""
    at, held, content = 16 * len(entries), b"", b""
    for flags, key, value in entries:
        held += struct.pack("<4I", flags, at + len(content), len(key), len(value))
        content += key + value
        at -= 16
    size = 16 + len(held) + len(content)
    return (struct.pack("<QHHI", number, 2, len(entries), -(-size // PAGE) - 1) + held + content).ljust(
        -(-size // PAGE) * PAGE, b"\0"
    )


def branch(children: list[int], number: int) -> bytes:
    """A page that leads to others."""
    held = b"".join(struct.pack("<IIQ", 0, 0, child) for child in children)
    return (struct.pack("<QHHI", number, 1, len(children), 0) + held).ljust(PAGE, b"\0")


def meta(number: int, root: int, transaction: int) -> bytes:
    """One of the two beginnings."""
    held = struct.pack("<4sIII2Q3Q", b"\xed\xda\x0c\xed", 2, PAGE, 0, root, 0, 2, 99, transaction)
    value = 0xCBF29CE484222325
    for byte in held:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return (struct.pack("<QHHI", number, 4, 0, 0) + held + struct.pack("<Q", value)).ljust(PAGE, b"\0")


def database(tree: Tree) -> bytes:
    """A whole one."""
    pages = bytearray(meta(0, 2, 1) + bytes(PAGE))
    root = _bucket(tree, pages)
    pages[PAGE : 2 * PAGE] = meta(1, root, 2)
    return bytes(pages)


def _bucket(tree: Tree, pages: bytearray) -> int:
    entries = []
    for key, value in sorted(tree.items()):
        held = value if isinstance(value, bytes) else struct.pack("<2Q", _bucket(value, pages), 0)
        entries.append((0 if isinstance(value, bytes) else 1, key.encode(), held))
    number = len(pages) // PAGE
    pages += leaf(entries, number)
    return number
