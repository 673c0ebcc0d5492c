"""LUKS, versions 1 and 2: the header by a library of the `images` extra, the content by `sector_ciphers`.

A key is a passphrase or the key file itself, byte for byte; a line feed at its end is mostly an editor's, so it is
tried without first. Volumes that are being encrypted anew, those with a seal on every sector and those that the drive
itself encrypts are told.
Specification: https://gitlab.com/cryptsetup/LUKS2-docs, LUKS2 on-disk format 1.1.3; LUKS1 on-disk format 1.2.3.
"""

import codecs
import hashlib
from collections.abc import Container, Iterator
from functools import lru_cache
from typing import Any

from scanner.containers.disks import Disk, DiskStream
from scanner.containers.encryptions.decrypted import Decrypted, opening
from scanner.containers.encryptions.sector_ciphers import SectorCipher, UnknownCipher
from scanner.containers.libraries import library
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "LUKS"
MAGICS = (Magic(b"LUKS\xba\xbe"),)

_THIS = "This is a volume encrypted by LUKS"
_UNIT_BYTES = 512
_SECTORS = (512, 1024, 2048, 4096)
_ATTEMPT_ITEMS = 1000
"""What an attempt counts as: it takes a second or two."""
_MOST_KEY_BYTES = 16 << 20
"""What a key is split into: 4,000 times its size."""
_MOST_ROUNDS = 100_000_000
_MOST_KIB, _MOST_KIB_PASSED = 4 << 20, 256 << 20
"""What a key may cost to derive: rounds of PBKDF2; KiB of Argon2, of which cryptsetup takes no more than 4 GiB, and how
many it may go through."""


def recognises(head: bytes) -> bool:
    """Whether the first header stands at the beginning."""
    return head.startswith(MAGICS[0].value)


def unlocked(disk: Disk, keys: tuple[bytes, ...], budget: Budget) -> Disk:
    """The disk inside.

    Raises:
        Unreadable: No key was given or none fits, it is damaged or of a kind that is not known, or the extra is not
            installed.
    """
    if not keys:
        reason = f"{_THIS}; its content was not examined. --key-file takes a file with its passphrase or its key file."
        raise Unreadable(Cause.ENCRYPTED, reason)
    found = library("dissect.fve.luks")
    if found is None:
        reason = f"{_THIS}; to open it, install frscan with its extra “images”: pip install 'frscan[images]'."
        raise Unreadable(Cause.UNSUPPORTED, reason)
    with opening(_THIS):
        return _opened(found.LUKS(DiskStream(disk)), disk, keys, budget)


def _opened(volume: Any, disk: Disk, keys: tuple[bytes, ...], budget: Budget) -> Disk:
    slots = [(number, slot) for number, slot in volume.keyslots.items() if slot.kdf is not None and slot.af is not None]
    for _, slot in slots:
        _check_price(int(slot.kdf.iterations or 0), int(slot.kdf.memory or 0), int(slot.kdf.time or 0))
    for digest in volume.metadata.digests.values():
        _check_price(int(digest.iterations or 0))
    for passphrase in _passphrases(keys):
        for number, slot in slots:
            budget.spend_items(_ATTEMPT_ITEMS)
            key = _volume_key(volume, number, slot, passphrase)
            if key is not None:
                return _content(volume, number, key, disk)
    raise Unreadable(Cause.ENCRYPTED, f"{_THIS}, and no key that was given opens it; its content was not examined.")


def _passphrases(keys: tuple[bytes, ...]) -> Iterator[bytes]:
    """Each way in which each key may be meant, once."""
    tried: set[bytes] = set()
    for key in keys:
        line = key.rstrip(b"\r\n")
        for passphrase in (line, key, line.removeprefix(codecs.BOM_UTF8)):
            if passphrase not in tried:
                tried.add(passphrase)
                yield passphrase


def _check_price(rounds: int, kib: int = 0, passes: int = 0) -> None:
    """Refuse what would take minutes or more memory than there is; what memory there is, Python finds out here."""
    if rounds > _MOST_ROUNDS or kib > _MOST_KIB or kib * passes > _MOST_KIB_PASSED:
        raise Unreadable(Cause.LIMIT, f"{_THIS} whose key costs more to derive than frscan allows; it was not opened.")
    bytearray(kib << 10)


def _volume_key(volume: Any, number: int, slot: Any, passphrase: bytes) -> bytes | None:
    """The key of the volume, if the passphrase opens that slot."""
    kdf = slot.kdf
    _check_known(kdf.hash if kdf.type == "pbkdf2" else slot.af.hash)
    _check_known(slot.af.hash, library("dissect.fve.luks.af").DIGEST_SIZE)
    derived = _derived(
        passphrase, kdf.type, kdf.salt, slot.area.key_size, (kdf.hash, kdf.iterations, kdf.time, kdf.memory, kdf.cpus)
    )
    size = slot.key_size * slot.af.stripes
    if size > _MOST_KEY_BYTES:
        return None
    volume.fh.seek(slot.area.offset)
    area = volume.fh.read(size + -size % _UNIT_BYTES)
    if len(area) < size:
        return None
    split = SectorCipher(slot.area.encryption, derived, _UNIT_BYTES, _UNIT_BYTES).decrypt(area)[:size]
    key: bytes = library("dissect.fve.luks.af").merge(split, slot.key_size, slot.af.stripes, slot.af.hash)
    digest = volume.find_digest(number)
    sealed = hashlib.pbkdf2_hmac(digest.hash, key, digest.salt, digest.iterations, len(digest.digest))
    return key if sealed == digest.digest else None


@lru_cache(maxsize=64)
def _derived(passphrase: bytes, kind: str, salt: bytes, size: int, cost: tuple[Any, ...]) -> bytes:
    """The key of a slot. Kept, for each process opens a volume more than once."""
    hashed_by, iterations, time, memory, cpus = cost
    if kind == "pbkdf2":
        return hashlib.pbkdf2_hmac(hashed_by, passphrase, salt, iterations, size)
    found: bytes = library("dissect.fve.crypto.argon2").hash_secret_raw(
        passphrase, salt, time, memory, cpus, size, kind
    )
    return found


def _check_known(hashed_by: str, known: Container[str] = hashlib.algorithms_available) -> None:
    """Say so where a volume uses what neither Python nor the library has, instead of that no key fits."""
    if hashed_by not in known:
        raise UnknownCipher(hashed_by)


def _content(volume: Any, number: int, key: bytes, disk: Disk) -> Decrypted:
    digest = volume.find_digest(number)
    segments = [segment for place, segment in volume.metadata.segments.items() if place in digest.segments]
    if len(segments) != 1 or segments[0].type != "crypt" or segments[0].integrity is not None:
        reason = f"{_THIS} in parts, with seals, or by the drive itself, which frscan does not know; it was not opened."
        raise Unreadable(Cause.UNSUPPORTED, reason)
    (segment,) = segments
    if segment.sector_size not in _SECTORS:
        raise Unreadable(Cause.DAMAGED, f"{_THIS}, and its header is damaged.")
    cipher = SectorCipher(segment.encryption, key, segment.sector_size, _UNIT_BYTES)
    left = disk.size - segment.offset
    size = left if segment.size == "dynamic" else min(int(segment.size), left)

    def content(offset: int, length: int) -> bytes:
        data = disk.read(segment.offset + offset, length)
        data = data[: len(data) - len(data) % segment.sector_size]
        return cipher.decrypt(data, offset // _UNIT_BYTES + segment.iv_tweak)

    return Decrypted(max(0, size), segment.sector_size, content)
