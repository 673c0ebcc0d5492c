"""CoreStorage: the volumes that FileVault 2 made before APFS (OS X 10.7 to 10.12), mostly with HFS+ inside.

```
header: key of the metadata │ disk label ─► encrypted metadata, blocks of 8 KiB
0x19 (and 0x24 behind it): the volume's key, wrapped in keys, each wrapped in a password │ 0x1a: name, size, family
0x305: where the volume lies
```
A key is a password or a recovery key (`XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`). Of a disk that a Mac starts from, the wrapped
keys lie in a file of the partition beside it (EncryptedRoot.plist.wipekey), which may be given as a key file together
with the one of the password.
Specification: https://github.com/libyal/libfvde/blob/main/documentation, FileVault Drive Encryption (FVDE).
"""

import base64
import binascii
import hashlib
import re
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from scanner.containers.disks import Disk
from scanner.containers.encryptions.decrypted import Decrypted
from scanner.containers.encryptions.key_wrap import unwrapped
from scanner.containers.encryptions.sector_ciphers import SectorCipher
from scanner.containers.libraries import library
from scanner.containers.volumes.extents import Extent, Extents
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "FileVault (CoreStorage)"
MAGICS = (Magic(b"\xff\xff\xff\xff\x01\x00\x10\x00", 4),)

_SIGNATURE_AT = 88
_HEADER_BYTES, _SECTOR, _BLOCK = 512, 512, 8192
_LABEL_AT, _AES = 220, 2
_CONTEXT, _CONTINUED, _VOLUME, _PLACES = 0x19, 0x24, 0x1A, 0x305
_MOST_BLOCKS, _MOST_PLACES = 4096, 200
_MOST_TEXT = 1 << 20
_MOST_ROUNDS = 100_000_000
_ATTEMPT_ITEMS = 1000
_AES_AND_UUID = 16
_PASSWORD_BYTES, _WRAPPED_BYTES = 284, 256


class _Described(NamedTuple):
    """What the metadata say."""

    context: str
    """A property list with the wrapped keys; empty where they lie elsewhere."""
    name: str
    size: int
    family: bytes
    places: tuple[tuple[int, int, int], ...]
    """Of each stretch: block of the volume, how many, block of the disk."""


def recognises(head: bytes) -> bool:
    """Whether the header of a physical volume stands at the beginning."""
    return head.startswith(MAGICS[0].value, MAGICS[0].offset) and head.startswith(b"CS", _SIGNATURE_AT)


def unlocked(disk: Disk, keys: tuple[bytes, ...], budget: Budget) -> Disk:
    """The logical volume.

    Raises:
        Unreadable: No key was given or none fits, it is damaged or lies on several disks, or the extra is not
            installed.
    """
    if library("Crypto.Cipher.AES") is None:
        reason = (
            "This is a CoreStorage volume, as FileVault makes them; its content was not examined. To open it, install "
            "frscan with its extra “images” (pip install 'frscan[images]') and give its password by --key-file."
        )
        raise Unreadable(Cause.ENCRYPTED, reason)
    header = bytes(disk.read(0, _HEADER_BYTES))
    try:
        found = _described(disk, header, budget)
        key = _volume_key(found, header, keys, budget)
        return _content(disk, header, found, key)
    except (ValueError, struct.error, zlib.error) as error:
        reason = f"This is a CoreStorage volume, and it could not be opened ({type(error).__name__})."
        raise Unreadable(Cause.DAMAGED, reason) from error


def _block_bytes(header: bytes) -> int:
    size = int.from_bytes(header[96:100], "little")
    if size not in (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536):
        raise ValueError(size)
    return size


def _described(disk: Disk, header: bytes, budget: Budget) -> _Described:
    context, text, wanted = "", b"", 0
    volume: tuple[str, int, bytes] | None = None
    places: tuple[tuple[int, int, int], ...] = ()
    for block in _metadata(disk, header, budget):
        kind = int.from_bytes(block[10:12], "little")
        if kind == _CONTEXT:
            wanted, _, at, size = struct.unpack_from("<4I", block, 104)
            text = block[at : at + size]
        elif kind == _CONTINUED and len(text) < wanted:
            at, size = struct.unpack_from("<2I", block, 80)
            text += block[at : at + size]
        elif kind == _VOLUME:
            volume = _told_volume(block) or volume
        elif kind == _PLACES:
            places = _told_places(block) or places
        if kind in (_CONTEXT, _CONTINUED) and len(text) >= wanted:
            context = _plain_text(text) or context
    if volume is None or not places:
        raise ValueError("no volume")
    return _Described(context, *volume, places)


def _metadata(disk: Disk, header: bytes, budget: Budget) -> Iterator[bytes]:
    """Every block of metadata, deciphered."""
    unit = _block_bytes(header)
    label_at = int.from_bytes(header[104:112], "little") * unit
    label = bytes(disk.read(label_at, _BLOCK))
    (group_at,) = struct.unpack_from("<I", label, _LABEL_AT)
    count, start = struct.unpack_from("<8xQ16xQ", bytes(disk.read(label_at + group_at, 40)))
    cipher = SectorCipher("aes-xts-plain64", header[176:192] + header[304:320], _BLOCK, _BLOCK)
    for number in range(min(count, _MOST_BLOCKS)):
        budget.spend_items()
        data = bytes(disk.read(start * unit + number * _BLOCK, _BLOCK))
        if len(data) < _BLOCK or not any(data):
            return
        yield cipher.decrypt(data, number)


def _plain_text(text: bytes) -> str:
    if text.startswith(b"<"):
        return text.decode("utf-8", "replace")
    plain = zlib.decompressobj().decompress(text, _MOST_TEXT)
    return plain.decode("utf-8", "replace")


def _told_volume(block: bytes) -> tuple[str, int, bytes] | None:
    at, size = struct.unpack_from("<2I", block, 128)
    text = block[at : at + size].decode("utf-8", "replace")
    told = dict(re.findall(r"<key>com\.apple\.corestorage\.lv\.(\w+)</key>\s*<\w+[^>]*>([^<]*)<", text))
    if not {"size", "familyUUID"} <= told.keys():
        return None
    return told.get("name", ""), int(told["size"], 0), UUID(told["familyUUID"]).bytes


def _told_places(block: bytes) -> tuple[tuple[int, int, int], ...]:
    """Raises `Unreadable` where a part lies on another disk."""
    (count,) = struct.unpack_from("<I", block, 64)
    found = []
    for number in range(min(count, _MOST_PLACES)):
        logical, size, low, high, index = struct.unpack_from("<8xQI12xIHH", block, 72 + number * 40)
        if index:
            reason = "This is a CoreStorage volume that lies on several disks (a Fusion Drive); it was not read."
            raise Unreadable(Cause.UNSUPPORTED, reason)
        found.append((logical, size, low | high << 32))
    return tuple(sorted(found))


def _volume_key(found: _Described, header: bytes, keys: tuple[bytes, ...], budget: Budget) -> bytes:
    this = f"This is the volume “{found.name[:80]}”, encrypted by FileVault (CoreStorage)"
    contexts = [context for context in (found.context, *_given_contexts(header, keys)) if _struct(context, _WRAPPED)]
    if not keys:
        more = "" if contexts else " and the file EncryptedRoot.plist.wipekey of the partition Recovery HD beside it"
        reason = f"{this}; its content was not examined. --key-file takes a file with its password{more}."
        raise Unreadable(Cause.ENCRYPTED, reason)
    if not contexts:
        reason = (
            f"{this}; its content was not examined. Its keys lie in the file EncryptedRoot.plist.wipekey of the "
            "partition Recovery HD beside it, which --key-file takes besides a password."
        )
        raise Unreadable(Cause.ENCRYPTED, reason)
    for context in contexts:
        wrapped = [raw[8:32] for raw in _struct(context, _WRAPPED)]
        for user in _struct(context, _PASSWORD):
            for given in keys:
                budget.spend_items(_ATTEMPT_ITEMS)
                key = _opened(user, given.rstrip(b"\r\n"), wrapped)
                if key:
                    return key + hashlib.sha256(key + found.family).digest()[:_AES_AND_UUID]
    raise Unreadable(Cause.ENCRYPTED, f"{this}, and no key that was given opens it; its content was not examined.")


_PASSWORD = ("PassphraseWrappedKEKStruct", _PASSWORD_BYTES)
_WRAPPED = ("KEKWrappedVolumeKeyStruct", _WRAPPED_BYTES)


def _struct(context: str, which: tuple[str, int]) -> list[bytes]:
    """All structures of one kind that the property list holds, of the size that they have."""
    name, size = which
    found = []
    for text in re.findall(rf"<key>{name}</key>\s*<data[^>]*>([^<]*)</data>", context):
        try:
            raw = base64.b64decode(text)
        except binascii.Error:
            continue
        if len(raw) == size:
            found.append(raw)
    return found


def _given_contexts(header: bytes, keys: tuple[bytes, ...]) -> Iterator[str]:
    """Key files that are no password but hold wrapped keys, enciphered as one unit by the number of the disk."""
    for key in keys:
        if b"KEKWrappedVolumeKeyStruct" in key:
            yield key.decode("utf-8", "replace")
        elif _BLOCK > len(key) >= _PASSWORD_BYTES or len(key) > _BLOCK:
            size = len(key) - len(key) % 16
            cipher = SectorCipher("aes-xts-plain64", header[304:320] + bytes(16), size, size)
            yield cipher.decrypt(key[:size], 0).decode("utf-8", "replace")


def _opened(user: bytes, password: bytes, wrapped: list[bytes]) -> bytes:
    """The volume's key by one user's password; empty if it is another's."""
    (rounds,) = struct.unpack_from("<I", user, 168)
    if not 0 < rounds <= _MOST_ROUNDS:
        return b""
    derived = hashlib.pbkdf2_hmac("sha256", password, user[8:24], rounds, 16)
    wrapping = unwrapped(derived, user[32:56])
    return next((key for one in wrapped if wrapping and (key := unwrapped(wrapping, one))), b"")


def _content(disk: Disk, header: bytes, found: _Described, key: bytes) -> Disk:
    unit = _block_bytes(header)
    extents, end = [], 0
    for logical, size, physical in found.places:
        if logical != end:
            raise ValueError("a gap between the stretches of a volume")
        extents.append(Extent(physical * unit, size * unit))
        end += size
    lying = Extents(disk, extents)
    cipher = SectorCipher("aes-xts-plain64", key, _SECTOR, _SECTOR)

    def content(offset: int, length: int) -> bytes:
        data = lying.read(offset, length)
        return cipher.decrypt(data[: len(data) - len(data) % _SECTOR], offset // _SECTOR)

    return Decrypted(min(found.size, lying.size), _SECTOR, content)
