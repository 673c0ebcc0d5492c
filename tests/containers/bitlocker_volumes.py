"""Builds small BitLocker volumes (Windows 7 and later) and startup keys, by the public description of the format:
https://github.com/libyal/libbde/blob/main/documentation.

```
boot sector with an identifier and three offsets | content | its first sectors | three times metadata
metadata: header | description, keys, each under its protectors, where the first sectors are | checksum and seal
```
Real ones keep what stands behind the content here in the middle of their file system. They are held against cryptsetup
and libbde where these are installed (tests/containers/test_bitlocker.py).
"""

import hashlib
import struct
import uuid
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

_IDENTIFIER = uuid.UUID("4967d63b-2e29-4ad8-8399-f6a339e3d001").bytes_le
_USED_SPACE = uuid.UUID("92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8").bytes_le
_TIME = 132_223_104_000_000_000  # 2020-01-01
_METADATA_BYTES = 64 << 10
ROUNDS = 0x100000
_KNOWN = {"a phrase": "e75ebb312b6c0853fae5a2c05b71f3141bbd6cf0a0b1bf8aa1b91751d1fa1b09"}
"""What a second of stretching makes of a password in as many rounds as Windows takes."""
_MASTER = bytes(range(1, 33))
METHODS = {
    "cbc-128-elephant": (0x8000, "aes-cbc-128-elephant", 64),
    "cbc-256-elephant": (0x8001, "aes-cbc-256-elephant", 64),
    "cbc-128": (0x8002, "aes-cbc-128-eboiv", 16),
    "cbc-256": (0x8003, "aes-cbc-256-eboiv", 32),
    "xts-128": (0x8004, "aes-xts-128-plain64", 32),
    "xts-256": (0x8005, "aes-xts-256-plain64", 64),
}


@dataclass(frozen=True)
class Protector:
    """One way to the volume's key."""

    kind: int
    identifier: uuid.UUID
    key: bytes
    """What opens it, made costly or not."""
    before: bytes = b""
    """The properties that stand before the key."""


def clear_key() -> Protector:
    """As on a volume whose protection is suspended."""
    key = hashlib.sha256(b"clear").digest()
    return Protector(0x0000, _number("clear"), key, _entry(0, 1, struct.pack("<I", 0x2000) + key))


def password(words: str, rounds: int = ROUNDS) -> Protector:
    """As a person types it."""
    digest = hashlib.sha256(hashlib.sha256(words.encode("utf-16-le")).digest()).digest()
    return _stretched(0x2000, 0x1001, digest, rounds, words)


def recovery_password(words: str, rounds: int = ROUNDS) -> Protector:
    """Of 48 digits."""
    numbers = b"".join(struct.pack("<H", int(number) // 11) for number in words.split("-"))
    return _stretched(0x0800, 0x1000, hashlib.sha256(numbers).digest(), rounds, words)


def startup_key(name: str) -> Protector:
    """Whose file `bek` makes."""
    return Protector(0x0200, _number(name), hashlib.sha256(name.encode()).digest(), _text(0, "ExternalKey"))


def tpm() -> Protector:
    """A key that only the computer's own chip gives out."""
    blob = _entry(0, 6, struct.pack("<I", 0x800) + bytes(64))
    return Protector(0x0100, _number("tpm"), hashlib.sha256(b"nobody knows").digest(), blob)


def bek(protector: Protector) -> bytes:
    """The file of a startup key."""
    key = _entry(0, 1, struct.pack("<I", 0x2002) + protector.key)
    head = protector.identifier.bytes_le + struct.pack("<Q", _TIME)
    return _dataset(_entry(6, 9, head + _text(0, "ExternalKey") + key), protector.identifier, 0)


@dataclass(frozen=True)
class Form:
    """How a volume is encrypted."""

    method: str = "xts-128"
    sector_bytes: int = 512
    moved_sectors: int = 16
    is_to_go: bool = False
    state: int = 4
    encrypted_bytes: int | None = None
    """From the beginning, where a conversion was paused."""
    used_chunks: Sequence[bool] = field(default=())
    """Of which chunks of 64 KiB the content was encrypted, where only the used space is."""


_CHUNK = 64 << 10


def volume(content: bytes, protectors: Iterable[Protector], form: Form | None = None) -> bytes:
    """A volume that holds a file system."""
    form = form or Form()
    content += bytes(-len(content) % _CHUNK)
    moved_to = len(content)
    moved_bytes = form.moved_sectors * form.sector_bytes
    first = moved_to + max(moved_bytes, 8 << 10)
    places = [first + number * _METADATA_BYTES for number in range(3)]
    end = places[-1] + _METADATA_BYTES
    state_offset = form.encrypted_bytes if form.encrypted_bytes is not None else end
    enciphered = _enciphered(content, moved_to, moved_bytes, state_offset, form)
    metadata = _metadata([*protectors], form, places, moved_to, state_offset)
    made = _boot_sector(form, places, end).ljust(moved_bytes, b"\0") + enciphered[moved_bytes:]
    made = made.ljust(first, b"\0") + metadata.ljust(_METADATA_BYTES, b"\0") * 3
    return made + (_bitmaps(form, moved_to, end) if form.used_chunks else b"")


def _enciphered(content: bytes, moved_to: int, moved_bytes: int, state_offset: int, form: Form) -> bytes:
    from dissect.fve.crypto import create_cipher

    _, spec, key_bytes = METHODS[form.method]
    cipher = create_cipher(spec, _volume_key(key_bytes), None, form.sector_bytes, form.sector_bytes)

    def at(place: int, data: bytes) -> bytes:
        if form.state == 1:
            return data
        if form.used_chunks:
            return b"".join(
                cipher.encrypt(data[n : n + _CHUNK], (place + n) // form.sector_bytes)
                if place >= moved_to or form.used_chunks[(place + n) // _CHUNK]
                else data[n : n + _CHUNK]
                for n in range(0, len(data), _CHUNK)
            )
        count = max(0, min(len(data), state_offset - place))
        return cipher.encrypt(data[:count], place // form.sector_bytes) + data[count:]

    return at(0, content) + at(moved_to, content[:moved_bytes])


def _volume_key(size: int) -> bytes:
    return hashlib.sha512(b"key of the volume").digest()[:size]


def _boot_sector(form: Form, places: Sequence[int], end: int) -> bytes:
    at = 424 if form.is_to_go else 160
    identifier = _USED_SPACE if form.used_chunks else _IDENTIFIER
    made = bytearray(512)
    made[:11] = b"\xeb\x58\x90" + (b"MSWIN4.1" if form.is_to_go else b"-FVE-FS-")
    struct.pack_into("<HBHBHHBHHHII", made, 11, form.sector_bytes, 8, 0, 0, 0, 0, 0xF8, 0, 63, 255, 0, 0)
    made[36:38] = b"\xe0\x1f"
    made[64:67], made[71:90] = b"\x80\0\x29", b"NO NAME    FAT32   "
    struct.pack_into("<16s3Q", made, at, identifier, *places)
    if form.used_chunks:
        struct.pack_into("<2Q", made, at + 40, end, end)
    made[510:] = b"\x55\xaa"
    return bytes(made)


def _metadata(
    protectors: Sequence[Protector], form: Form, places: Sequence[int], moved_to: int, state_offset: int
) -> bytes:
    method, _, key_bytes = METHODS[form.method]
    entries = _text(7, "TEST Volume 1/1/2020")
    for number, protector in enumerate(protectors, 2):
        head = protector.identifier.bytes_le + struct.pack("<QHH", _TIME, 0, protector.kind)
        entries += _entry(2, 8, head + protector.before + _sealed(protector.key, 0x2003, _MASTER, number))
    entries += _sealed(_MASTER, method, _volume_key(key_bytes), 90, role=3)
    moved_bytes = form.moved_sectors * form.sector_bytes
    entries += _entry(15, 15, struct.pack("<QQ", moved_to, moved_bytes))
    dataset = _dataset(entries, _number("volume"), method)
    size = 64 + len(dataset) + -(64 + len(dataset)) % 16
    head = struct.pack(
        "<8sHHHHQII", b"-FVE-FS-", size // 16, 2, form.state, form.state, state_offset, 0, form.moved_sectors
    )
    block = (head + struct.pack("<4Q", *places, moved_to) + dataset).ljust(size, b"\0")
    seal = _sealed(_MASTER, 0x2005, hashlib.sha256(block).digest(), 91)
    return block + struct.pack("<HHI", 8 + len(seal), 2, zlib.crc32(block)) + seal


def _bitmaps(form: Form, moved_to: int, start: int) -> bytes:
    """Which chunks are encrypted: a map of the content, and one of where its first sectors are."""
    maps = [(0, moved_to, form.used_chunks), (moved_to, form.moved_sectors * form.sector_bytes, [True])]
    places = [start + 4096 + number * 0x600 for number in range(len(maps))]
    rest = struct.pack("<2Q", start, start) + struct.pack(f"<{len(places)}Q", *places)
    head = struct.pack("<8sHHIIIIII", b"FVE-EOW", 56, 56 + 8 * len(places), 512, 512, _CHUNK, 0, 0, len(places))
    made = _summed(head, rest).ljust(4096, b"\0")
    for number, (begin, size, chunks) in enumerate(maps):
        head = struct.pack("<10sHIIQQQIII", b"FVE-EOWBM", 60, 0x600, number, begin, size, start, 512, 1024, 512)
        made += _summed(head, bytes(512 - 60)) + _record(chunks, 7) + _record([False] * len(chunks), 6)
    return made


def _record(chunks: Sequence[bool], number: int) -> bytes:
    bits = sum(1 << place for place, is_used in enumerate(chunks) if is_used)
    head = struct.pack("<10sHIIQI", b"FVE-EOWBR", 36, 512, len(chunks), number, 2)
    return _summed(head, bits.to_bytes(512 - 36, "little"))


def _summed(head: bytes, rest: bytes) -> bytes:
    """With the checksum between them."""
    return head + struct.pack("<I", zlib.crc32(head + bytes(4) + rest)) + rest


def _dataset(entries: bytes, identifier: uuid.UUID, method: int) -> bytes:
    size = 48 + len(entries)
    head = struct.pack("<4I16sIHHQ", size, 1, 48, size, identifier.bytes_le, 99, method, method, _TIME)
    return head + entries


def _entry(role: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<4H", 8 + len(data), role, kind, 1) + data


def _text(role: int, words: str) -> bytes:
    return _entry(role, 2, (words + "\0").encode("utf-16-le"))


def _sealed(key: bytes, method: int, secret: bytes, number: int, role: int = 0) -> bytes:
    """A key under another one."""
    from Crypto.Cipher import AES

    nonce = struct.pack("<QI", _TIME, number)
    plain = _entry(0, 1, struct.pack("<I", method) + secret)
    data, tag = AES.new(key, AES.MODE_CCM, nonce=nonce).encrypt_and_digest(plain)
    return _entry(role, 5, nonce + tag + data)


def _stretched(kind: int, method: int, digest: bytes, rounds: int, words: str) -> Protector:
    salt = hashlib.md5(words.encode(), usedforsecurity=False).digest()
    last = bytes.fromhex(_KNOWN.get(words, "")) if rounds == ROUNDS else b""
    for number in range(0 if last else rounds):
        last = hashlib.sha256((last or bytes(32)) + digest + salt + number.to_bytes(8, "little")).digest()
    inner = struct.pack("<I", method) + salt + _sealed(last, 0x2003, digest, 80)
    return Protector(kind, _number(words), last, _entry(0, 3, inner))


def _number(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, name)
