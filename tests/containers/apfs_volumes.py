"""Builds small APFS volumes with files, plain or encrypted as FileVault does it, by the Apple File System Reference, in
the empty container that `mkapfs` made (images/apfs.blocks.xz).

They are held against libfsapfs by hand: `fsapfsinfo -p PASSWORD -H`, `fsapfsmount -p PASSWORD`.
"""

import hashlib
import hmac
import lzma
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.containers.core_storage_volumes import wrapped

BLOCK = 4096
_BLOCKS = Path(__file__).parent / "images" / "apfs.blocks.xz"
_SUPERBLOCKS, _VOLUME, _OBJECTS, _TREE = (0, 2), 20002, 20004, 20005
_KEYBAG, _VOLUME_KEYBAG, _CONTENT = 21100, 21101, 21110
_ROOT = 2
_INODE, _EXTENT, _ENTRY = 3, 8, 9
_PLAIN, _ONE_KEY = 1, 8
_FOLDER_MODE, _FILE_MODE = 0o040755, 0o100644
_KEY, _WRAPPING = hashlib.sha256(b"volume").digest(), hashlib.sha256(b"wrapping").digest()
_CLONED = 1000
"""What is added to the number of a file for that of its stretches, as clones have it."""


class Container:
    """A disk of 600 MiB of which few blocks are no zeros. Implements `Disk`."""

    size = 600 << 20

    def __init__(self, files: Mapping[str, bytes] | None = None, passwords: tuple[str, ...] = ()) -> None:
        raw = lzma.decompress(_BLOCKS.read_bytes())
        starts = range(0, len(raw), 4 + BLOCK)
        self.blocks = {struct.unpack_from("<I", raw, at)[0]: bytearray(raw[at + 4 : at + 4 + BLOCK]) for at in starts}
        self._is_closed = bool(passwords)
        if files is not None:
            self._fill(files)
        if passwords:
            self._close(passwords)

    def read(self, offset: int, length: int) -> bytes:
        numbers = range(offset // BLOCK, -(-(offset + length) // BLOCK))
        whole = b"".join(self.blocks.get(number, bytes(BLOCK)) for number in numbers)
        return whole[offset % BLOCK :][:length]

    def write(self, path: Path) -> None:
        """A sparse file, up to the last block that is no zeros."""
        with path.open("wb") as file:
            for number, block in sorted(self.blocks.items()):
                file.seek(number * BLOCK)
                file.write(block)

    def _fill(self, files: Mapping[str, bytes]) -> None:
        records = dict(_tree_records(self.blocks[_TREE]))
        numbers, block = {"": _ROOT}, _CONTENT
        for number, (path, content) in enumerate(sorted(_with_folders(files).items()), 16):
            above, _, name = path.rpartition("/")
            numbers[path] = number
            records[_entry_key(numbers[above], name)] = struct.pack("<QQH", number, 0, 4 if content is None else 8)
            records[_key(number, _INODE)] = _inode(number, numbers[above], content)
            for start, piece, is_hole in _stretches(content or b""):
                key = _key(number + _CLONED, _EXTENT) + struct.pack("<Q", start)
                records[key] = struct.pack("<3Q", len(piece), 0 if is_hole else block, 0 if is_hole else block)
                for at in range(0, 0 if is_hole else len(piece), BLOCK):
                    self.blocks[block] = bytearray(self._ciphered(piece[at : at + BLOCK], block))
                    block += 1
        self.blocks[_TREE] = bytearray(_tree(self.blocks[_TREE], records))

    def _ciphered(self, data: bytes, block: int, key: bytes = _KEY) -> bytes:
        from dissect.fve.crypto import create_cipher

        cipher = create_cipher("aes-xts-plain64", key)
        return cipher.encrypt(data, block * (BLOCK // 512)) if self._is_closed else data

    def _close(self, passwords: tuple[str, ...]) -> None:
        volume = self.blocks[_VOLUME]
        (flags,) = struct.unpack_from("<Q", volume, 264)
        struct.pack_into("<Q", volume, 264, flags & ~_PLAIN | _ONE_KEY)
        struct.pack_into("<I", self.blocks[_OBJECTS], BLOCK - 40 - 16, 4)  # the tree is encrypted, says the object map
        number, own = bytes(volume[240:256]), bytes(self.blocks[0][72:88])
        key = _sealed(_blob(number, _WRAPPING, _KEY))
        place = struct.pack("<QQ", _VOLUME_KEYBAG, 1)
        bag = _bag(b"syek", _KEYBAG, [(number, 2, key), (number, 3, place)])
        users = [(hashlib.md5(word.encode(), usedforsecurity=False).digest(), 3, _user(word)) for word in passwords]
        users_bag = _bag(b"scer", _VOLUME_KEYBAG, users)
        self.blocks[_KEYBAG] = bytearray(self._ciphered(bag, _KEYBAG, own * 2))
        self.blocks[_VOLUME_KEYBAG] = bytearray(self._ciphered(users_bag, _VOLUME_KEYBAG, number * 2))
        for superblock in _SUPERBLOCKS:
            struct.pack_into("<QQ", self.blocks[superblock], 1296, _KEYBAG, 1)
        for place_of in (*_SUPERBLOCKS, _VOLUME, _OBJECTS):
            self.blocks[place_of] = bytearray(_summed(self.blocks[place_of]))
        self.blocks[_TREE] = bytearray(self._ciphered(bytes(self.blocks[_TREE]), _TREE))


def _with_folders(files: Mapping[str, bytes]) -> dict[str, bytes | None]:
    found: dict[str, bytes | None] = dict(files)
    for path in files:
        while path := path.rpartition("/")[0]:
            found[path] = None
    return found


def _stretches(content: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """In pieces of three blocks, so that reads begin within one; one of zeros is a hole."""
    padded = content + bytes(-len(content) % BLOCK)
    for start in range(0, len(padded), 3 * BLOCK):
        piece = padded[start : start + 3 * BLOCK]
        yield start, piece, not any(piece)


def _key(number: int, kind: int) -> bytes:
    return struct.pack("<Q", number | kind << 60)


def _entry_key(folder: int, name: str) -> bytes:
    from dissect.util.hash.crc32c import crc32c

    number = crc32c(unicodedata.normalize("NFD", name).casefold().encode("utf-32-le")) ^ 0xFFFFFFFF
    raw = name.encode() + b"\0"
    return _key(folder, _ENTRY) + struct.pack("<I", len(raw) | (number & 0x3FFFFF) << 10) + raw


def _inode(number: int, above: int, content: bytes | None) -> bytes:
    mode = _FOLDER_MODE if content is None else _FILE_MODE
    made = struct.pack("<7Q6IHHQ", above, number + _CLONED, 5, 6, 7, 8, 0, 1, 0, 0, 0, 0, 0, mode, 0, 0)
    if not content:
        return made
    whole = len(content) + -len(content) % BLOCK
    return made + struct.pack("<HHBBH5Q", 1, 40, 8, 0x20, 40, len(content), whole, 0, whole, 0)


def _tree_records(node: bytes) -> Iterator[tuple[bytes, bytes]]:
    count, (at, length) = struct.unpack_from("<I", node, 36)[0], struct.unpack_from("<HH", node, 40)
    for number in range(count):
        key, key_bytes, value, value_bytes = struct.unpack_from("<4H", node, 56 + at + 8 * number)
        start = BLOCK - 40 - value
        yield bytes(node[56 + at + length + key :][:key_bytes]), bytes(node[start : start + value_bytes])


def _tree(node: bytes, records: Mapping[bytes, bytes]) -> bytes:
    def order(key: bytes) -> tuple[int, int, bytes]:
        (first,) = struct.unpack_from("<Q", key)
        return (
            first & (1 << 60) - 1,
            first >> 60,
            key[8:][::-1] if first >> 60 == _EXTENT else key[8:12][::-1] + key[12:],
        )

    keys, values, table = b"", b"", b""
    for key in sorted(records, key=order):
        values = records[key] + values
        table += struct.pack("<4H", len(keys), len(key), len(values), len(records[key]))
        keys += key
    room = BLOCK - 56 - len(table) - len(keys) - len(values) - 40
    assert room >= 0, "more files than one node holds"
    head = bytes(node[8:32]) + struct.pack(
        "<HHI8H", 3, 0, len(records), 0, len(table), len(keys), room, 65535, 0, 65535, 0
    )
    info = struct.pack("<6IQQ", 0x40, BLOCK, 0, 0, max(map(len, records)), 200, len(records), 1)
    return _summed(bytes(8) + head + table + keys + bytes(room) + values + info)


def _summed(block: bytes) -> bytes:
    """With its checksum (Fletcher's, of 64 bits)."""
    low = high = 0
    for (word,) in struct.iter_unpack("<I", bytes(block[8:])):
        low = (low + word) % 0xFFFFFFFF
        high = (high + low) % 0xFFFFFFFF
    first = 0xFFFFFFFF - (low + high) % 0xFFFFFFFF
    return struct.pack("<II", first, 0xFFFFFFFF - (low + first) % 0xFFFFFFFF) + bytes(block[8:])


def _bag(kind: bytes, number: int, entries: list[tuple[bytes, int, bytes]]) -> bytes:
    body = b""
    for owner, tag, data in entries:
        entry = struct.pack("<16sHH4x", owner, tag, len(data)) + data
        body += entry + bytes(-len(entry) % 16)
    head = struct.pack("<QQ4sI", number, 1, kind, 0) + struct.pack("<HHI8x", 2, len(entries), 16 + len(body))
    return _summed((bytes(8) + head + body).ljust(BLOCK, b"\0"))


def _user(password: str) -> bytes:
    salt, rounds = hashlib.md5(password.encode(), usedforsecurity=False).digest(), 1000
    derived = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds, 32)
    return _sealed(_blob(salt, derived, _WRAPPING, _der(0x84, rounds.to_bytes(2, "big")) + _der(0x85, salt)))


def _blob(number: bytes, key: bytes, secret: bytes, more: bytes = b"") -> bytes:
    return _der(
        0xA3, _der(0x80, b"\0") + _der(0x81, number) + _der(0x82, bytes(8)) + _der(0x83, wrapped(key, secret)) + more
    )


def _sealed(blob: bytes) -> bytes:
    salt = bytes(8)
    key = hashlib.sha256(b"\x01\x16\x20\x17\x15\x05" + salt).digest()
    return _der(0x30, _der(0x80, b"\0") + _der(0x81, hmac.digest(key, blob, "sha256")) + _der(0x82, salt) + blob)


def _der(tag: int, data: bytes) -> bytes:
    length = bytes([len(data)]) if len(data) < 128 else b"\x81" + bytes([len(data)])
    return bytes([tag]) + length + data
