"""BitLocker, of Windows Vista and later: the metadata by a library of the `images` extra, the content by
`bitlocker_layout`.

A key is a file with the password, with a recovery password (also the text file that Windows saves it in), or a startup
key (.BEK). A volume whose protection is suspended, or that is decrypted again, holds its own key and opens without one.
Specification: https://github.com/libyal/libbde/blob/main/documentation, BitLocker Drive Encryption (BDE) format.
"""

import hashlib
import io
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from scanner.containers.disks import Disk, DiskStream
from scanner.containers.encryptions.bitlocker_layout import Layout
from scanner.containers.encryptions.decrypted import Decrypted, opening
from scanner.containers.encryptions.sector_ciphers import SectorCipher
from scanner.containers.libraries import broken, library
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "BitLocker"
_SIGNATURE = b"-FVE-FS-"
_IDENTIFIERS = (bytes.fromhex("3bd66749292ed84a8399f6a339e3d001"), bytes.fromhex("3b4da89280dd0e4d9e4eb1e3284eaed8"))
"""Of volumes as such, and of those of which only the used space is encrypted."""
_IDENTIFIERS_AT = (160, 424)
"""The second one in volumes to go, which look like a FAT file system with a few files that explain them."""
MAGICS = (Magic(_SIGNATURE, 3), *(Magic(mark, at) for mark in _IDENTIFIERS for at in _IDENTIFIERS_AT))

_THIS = "This is a volume encrypted by BitLocker"
_STRETCHES = 0x100000
_ATTEMPT_ITEMS = 1000
"""What an attempt counts as: it takes a second."""
_SECTORS = (512, 1024, 2048, 4096)
_CLEAR, _STARTUP_KEY, _RECOVERY, _PASSWORD = 0x0000, 0x0200, 0x0800, 0x2000
_WAYS = {
    0x0100: "the TPM of its computer",
    _STARTUP_KEY: "a startup key",
    0x0300: "the TPM of its computer with a startup key",
    0x0500: "the TPM of its computer with a PIN",
    0x0700: "the TPM of its computer with a PIN and a startup key",
    _RECOVERY: "a recovery password",
    0x1000: "a smart card",
    _PASSWORD: "a password",
}
_TAKES = (_STARTUP_KEY, _RECOVERY, _PASSWORD)
"""Those that a file can hold."""
_MOST_WAYS = 5
_RECOVERY_PASSWORD = re.compile(r"(?<!\d)(?:\d{6}-){7}\d{6}(?!\d)")
_CIPHERS = {
    0x8000: ("aes-cbc-elephant", (slice(16), slice(32, 48))),
    0x8001: ("aes-cbc-elephant", (slice(64),)),
    0x8002: ("aes-cbc-eboiv", (slice(16),)),
    0x8003: ("aes-cbc-eboiv", (slice(32),)),
    0x8004: ("aes-xts-plain64", (slice(32),)),
    0x8005: ("aes-xts-plain64", (slice(64),)),
}
"""By the type of the key: how it enciphers, and which of its bytes count."""


def recognises(head: bytes) -> bool:
    """Whether the mark or an identifier stands in the first sector."""
    return any(head.startswith(magic.value, magic.offset) for magic in MAGICS)


def unlocked(disk: Disk, keys: tuple[bytes, ...], budget: Budget) -> Disk:
    """The disk inside.

    Raises:
        Unreadable: No key was given or none fits, it is damaged, or the extra is not installed.
    """
    found = library("dissect.fve.bde")
    if found is None:
        reason = (
            f"{_THIS}; its content was not examined. To open it, install frscan with its extra “images” "
            "(pip install 'frscan[images]') and give its key by --key-file."
        )
        raise Unreadable(Cause.ENCRYPTED, reason)
    with opening(_THIS):
        return _opened(found.BDE(DiskStream(disk)), disk, keys, budget)


def _opened(volume: Any, disk: Disk, keys: tuple[bytes, ...], budget: Budget) -> Disk:
    if volume.sector_size not in _SECTORS:
        raise Unreadable(Cause.DAMAGED, f"{_THIS}, and its beginning is damaged.")
    cipher = None
    if not volume.decrypted:
        master = _master_key(volume, keys, budget)
        if master is None:
            raise Unreadable(Cause.ENCRYPTED, _closed(volume, is_tried=bool(keys)))
        cipher = _cipher(volume.information.dataset.find_fvek().unbox(master), volume.sector_size)
    layout = Layout(volume, disk, cipher, budget)
    return Decrypted(disk.size, volume.sector_size, layout.content)


def _cipher(key: Any, sector_bytes: int) -> SectorCipher:
    spec, parts = _CIPHERS.get(int(key.key_type), (f"method {int(key.key_type):#x}", ()))
    return SectorCipher(spec, b"".join(key.data[part] for part in parts), sector_bytes, sector_bytes)


def _master_key(volume: Any, keys: tuple[bytes, ...], budget: Budget) -> Any:
    """The key of the volume's key, if the volume holds it openly or one that was given opens it; otherwise None."""
    for protector in _protectors(volume, _CLEAR):
        key = _unboxed(protector, protector.clear_key())
        if key is not None:
            return key
    for given in keys:
        key = _by_startup_key(volume, given) or _by_words(volume, given, budget)
        if key is not None:
            return key
    return None


def _protectors(volume: Any, kind: int) -> Iterator[Any]:
    """The copies of the volume's key that are protected in one way."""
    for protector in volume.information.dataset.find_vmk(min_priority=0, max_priority=0xFFFF):
        if _kind(protector) == kind:
            yield protector


def _kind(protector: Any) -> int:
    return int(protector.priority) & 0xFF00


def _unboxed(protector: Any, key: Any) -> Any:
    """The volume's key out of one of its copies; None if the key is another's."""
    try:
        return protector.decrypt(key)
    except broken():
        return None


def _by_startup_key(volume: Any, given: bytes) -> Any:
    try:
        startup = library("dissect.fve.bde.information").Dataset(io.BytesIO(given)).find_startup_key()
        identifier, key = startup.identifier, startup.external_key()
    except broken():
        return None  # it is none
    fitting = (one for one in _protectors(volume, _STARTUP_KEY) if one.identifier == identifier)
    return next((master for one in fitting if (master := _unboxed(one, key)) is not None), None)


def _by_words(volume: Any, given: bytes, budget: Budget) -> Any:
    text = _text(given)
    recovery = [key for words in _RECOVERY_PASSWORD.findall(text) if (key := _recovery_key(words))]
    password = hashlib.sha256(hashlib.sha256(text.encode("utf-16-le")).digest()).digest()
    for kind, derived in ((_RECOVERY, recovery), (_PASSWORD, [] if recovery else [password])):
        for protector in _protectors(volume, kind):
            salt = protector.stretch_key(None)
            for key in derived if salt is not None else ():
                budget.spend_items(_ATTEMPT_ITEMS)
                master = _unboxed(protector, _stretched(key, bytes(salt.salt)))
                if master is not None:
                    return master
    return None


def _text(given: bytes) -> str:
    """What a key file says, as the editors of Windows and others write it, without the end of its line."""
    encoding = "utf-16" if given.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return given.decode(encoding, "replace").rstrip("\r\n")


def _recovery_key(words: str) -> bytes:
    """What a recovery password stands for: eight numbers of 16 bits, each eleven times; empty if it is none."""
    numbers = [divmod(int(number), 11) for number in words.split("-")]
    if any(rest or number > 0xFFFF for number, rest in numbers):
        return b""
    return hashlib.sha256(b"".join(number.to_bytes(2, "little") for number, _ in numbers)).digest()


@lru_cache(maxsize=64)
def _stretched(key: bytes, salt: bytes) -> bytes:
    """A key made costly to guess, in about a second. Kept, for each process opens a volume more than once."""
    found: bytes = library("dissect.fve.bde.key").stretch(key, salt, _STRETCHES)
    return found


def _closed(volume: Any, *, is_tried: bool) -> str:
    """Why it is not read, and what would open it."""
    every = [*volume.information.dataset.find_vmk(min_priority=0, max_priority=0xFFFF)]
    ways = [_way(protector) for protector in every if _kind(protector) in _WAYS]
    told = ", by ".join(dict.fromkeys(ways[:_MOST_WAYS])) + (", or otherwise" if len(ways) > _MOST_WAYS else "")
    opens = f" It opens by {told}." if ways else ""
    if is_tried:
        return f"{_THIS}, and no key that was given opens it; its content was not examined.{opens}"
    takes = " --key-file takes a file with one." if any(_kind(one) in _TAKES for one in every) else ""
    return f"{_THIS}; its content was not examined.{opens}{takes}"


def _way(protector: Any) -> str:
    kind = _kind(protector)
    if kind == _RECOVERY:
        return f"the recovery password with the identifier {str(protector.identifier).upper()}"
    if kind == _STARTUP_KEY:
        return f"the startup key {str(protector.identifier).upper()}.BEK"
    return _WAYS[kind]
