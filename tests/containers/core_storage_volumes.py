"""Builds small CoreStorage volumes, as FileVault 2 makes them, by the public description of the format:
https://github.com/libyal/libfvde/blob/main/documentation.

They are held against cryptsetup where it is installed (tests/containers/test_file_vault.py).
"""

import base64
import hashlib
import struct
import uuid
import zlib

_UNIT, _BLOCK = 4096, 8192
_DISK = hashlib.md5(b"disk", usedforsecurity=False).digest()
_FAMILY = uuid.uuid5(uuid.NAMESPACE_OID, "family")
_METADATA_KEY = hashlib.md5(b"metadata", usedforsecurity=False).digest()
_KEY = hashlib.md5(b"volume", usedforsecurity=False).digest()
_LABEL, _METADATA, _CONTENT = 1, 5, 16
"""Blocks of 4 KiB from the beginning."""


def volume(
    content: bytes, passwords: list[str], *, is_of_a_system: bool = False, is_packed: bool = False, disk: int = 0
) -> bytes:
    """A disk with one volume, which lies on the disk of that number. That of a system keeps the wrapped keys elsewhere;
    others may keep them compressed, over two blocks."""
    content += bytes(-len(content) % _UNIT)
    made = _header().ljust(_LABEL * _UNIT, b"\0") + _label().ljust((_METADATA - _LABEL) * _UNIT, b"\0")
    told = f"<dict><key>com.apple.corestorage.lvf.encryption.context</key>{_context(passwords)}</dict>".encode()
    keys = [] if is_of_a_system else _context_blocks(told, is_packed=is_packed)
    blocks = [*keys, _volume_block(len(content)), _places(len(content), disk)]
    made += b"".join(_ciphered(_METADATA_KEY + _DISK, block, number, _BLOCK) for number, block in enumerate(blocks))
    tweak = hashlib.sha256(_KEY + _FAMILY.bytes).digest()[:16]
    return made.ljust(_CONTENT * _UNIT, b"\0") + _ciphered(_KEY + tweak, content, 0, 512)


def wipekey(passwords: list[str]) -> bytes:
    """The file that holds the wrapped keys of a system, ciphered as one unit."""
    text = f'<plist version="1.0">{_context(passwords)}</plist>'.encode()
    text += b"\n" * (-len(text) % 16)
    return _ciphered(_DISK + bytes(16), text, 0, len(text))


def _ciphered(key: bytes, data: bytes, number: int, unit: int) -> bytes:
    from dissect.fve.crypto import create_cipher

    found: bytes = create_cipher("aes-xts-128-plain64", key, None, unit, unit).encrypt(data, number)
    return found


def _summed(block: bytearray) -> bytes:
    value = 0xFFFFFFFF
    for byte in block[8:]:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x82F63B78 * (value & 1)
    struct.pack_into("<II", block, 0, value, 0xFFFFFFFF)
    return bytes(block)


def _header() -> bytes:
    block = bytearray(512)
    struct.pack_into("<HH", block, 8, 1, 0x10)
    struct.pack_into("<I", block, 48, 512)
    struct.pack_into("<2sIHIIQ", block, 88, b"CS", 1, 1, _UNIT, _UNIT * 4, _LABEL)
    struct.pack_into("<II16s", block, 168, 16, 2, _METADATA_KEY)
    block[304:320] = _DISK
    return _summed(block)


def _block(kind: int, rest: bytes) -> bytes:
    block = bytearray(_BLOCK)
    struct.pack_into("<HH", block, 8, 1, kind)
    struct.pack_into("<I", block, 48, _BLOCK)
    block[64 : 64 + len(rest)] = rest
    return _summed(block)


def _label() -> bytes:
    place = _BLOCK
    block = _block(0x11, struct.pack("<I", _UNIT * 4).ljust(156, b"\0") + struct.pack("<I", place))
    return block + struct.pack("<8xQ16xQ", 8, _METADATA)


def _context_blocks(told: bytes, *, is_packed: bool) -> list[bytes]:
    kept = zlib.compress(told) if is_packed else told
    first = kept[: len(kept) // 2] if is_packed else kept
    head = bytes(40) + struct.pack("<4I", len(kept), len(told), 64 + 56, len(first))
    rest = kept[len(first) :]
    follows = [_block(0x24, bytes(16) + struct.pack("<II", 64 + 24, len(rest)) + rest)] if rest else []
    return [_block(0x19, head + first), *follows]


def _volume_block(size: int) -> bytes:
    told = (
        f'<dict><key>com.apple.corestorage.lv.size</key><integer size="64" ID="1">{size:#x}</integer>'
        f'<key>com.apple.corestorage.lv.familyUUID</key><string ID="2">{str(_FAMILY).upper()}</string>'
        '<key>com.apple.corestorage.lv.name</key><string ID="3">Ada</string></dict>'
    ).encode()
    return _block(0x1A, bytes(64) + struct.pack("<II", 64 + 72, len(told)) + told)


def _places(size: int, disk: int) -> bytes:
    return _block(0x305, struct.pack("<I4x8xQI12xIHH", 1, 0, size // _UNIT, _CONTENT, 0, disk))


def _context(passwords: list[str]) -> str:
    users = "".join(
        f"<dict><key>PassphraseWrappedKEKStruct</key><data>{_user(words)}</data></dict>" for words in passwords
    )
    key = struct.pack("<II", 2, 24) + wrapped(_wrapping(), _KEY)
    return (
        f"<dict><key>CryptoUsers</key><array>{users}</array><key>WrappedVolumeKeys</key><array><dict>"
        f"<key>KEKWrappedVolumeKeyStruct</key><data>{base64.b64encode(key.ljust(256, bytes(1))).decode()}</data>"
        "</dict></array></dict>"
    )


def _wrapping() -> bytes:
    return hashlib.md5(b"wrapping", usedforsecurity=False).digest()


def _user(words: str) -> str:
    salt, rounds = hashlib.md5(words.encode(), usedforsecurity=False).digest(), 1000
    derived = hashlib.pbkdf2_hmac("sha256", words.encode(), salt, rounds, 16)
    made = struct.pack("<II16sII", 3, 16, salt, 16, 24) + wrapped(derived, _wrapping())
    return base64.b64encode((made.ljust(168, b"\0") + struct.pack("<I", rounds)).ljust(284, b"\0")).decode()


def wrapped(key: bytes, secret: bytes) -> bytes:
    """RFC 3394, 2.2.1."""
    from Crypto.Cipher import AES

    cipher = AES.new(key, AES.MODE_ECB)
    check, parts = b"\xa6" * 8, [secret[at : at + 8] for at in range(0, len(secret), 8)]
    for turn in range(1, 6 * len(parts) + 1):
        place = (turn - 1) % len(parts)
        block = cipher.encrypt(check + parts[place])
        check, parts[place] = (int.from_bytes(block[:8], "big") ^ turn).to_bytes(8, "big"), block[8:]
    return check + b"".join(parts)
