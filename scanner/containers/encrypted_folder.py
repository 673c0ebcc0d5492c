"""Folders in which a program encrypts every file by itself: they are told, for what is in them looks like noise.

The file that holds the wrapped key of such a folder stands for all of it; of eCryptfs each file is told.
Specifications: gocryptfs, Documentation/file-format.md; EncFS, encfs/encfs.pod; Cryptomator, docs.cryptomator.org,
vault format; Linux, fs/ecryptfs/crypto.c (the mark).
"""

from collections.abc import Iterator

from scanner.containers import Member
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

_HOLDERS = {
    "gocryptfs.conf": (b'"EncryptedKey"', "gocryptfs"),
    ".encfs6.xml": (b"<encodedKeyData>", "EncFS"),
    "masterkey.cryptomator": (b'"primaryMasterKey"', "Cryptomator"),
}
"""By name: what stands in it, and the program."""
_ECRYPTFS_STEM, _ECRYPTFS_MARK = "ecryptfs_fnek_encrypted", 0x3C81B7F5
_LARGEST_HOLDER = 64 << 10

INFO = Info(
    name="encrypted-folder",
    version=1,
    line="Folders that a program encrypts file by file, told and not opened: eCryptfs, "
    + ", ".join(program for _, program in _HOLDERS.values()),
    specification="https://github.com/rfjakob/gocryptfs/blob/master/Documentation/file-format.md",
    limits="Nothing in them is read. One without the file that holds its key is not told.",
    names=tuple(_HOLDERS),
    stems=(_ECRYPTFS_STEM,),
)
RANDOM_ACCESS = True
WHOLE = False


def wants(name: str, _head: bytes) -> bool:
    """Whether it has the name of a file that holds such a key, or of one of eCryptfs."""
    return name in _HOLDERS or name.partition(".")[0] == _ECRYPTFS_STEM


def confirms(source: Source) -> bool:
    """Whether a wrapped key stands in it, or the mark of eCryptfs."""
    told, _ = _HOLDERS.get(source.name.lower().rpartition("/")[2], (b"", ""))
    return _is_marked(source.head) if not told else told in bytes(source.view(0, _LARGEST_HOLDER))


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """None. Raises `Unreadable`, which names the program."""
    budget.spend_items()
    yield from ()
    _, program = _HOLDERS.get(source.name.lower().rpartition("/")[2], (b"", ""))
    if program:
        reason = f"The other files of this folder are encrypted by {program}; their content was not examined."
        raise Unreadable(Cause.ENCRYPTED, reason)
    raise Unreadable(Cause.ENCRYPTED, "This is a file encrypted by eCryptfs; its content was not examined.")


def _is_marked(head: bytes) -> bool:
    """Whether the two numbers behind the size are random but for their difference."""
    return len(head) >= 16 and int.from_bytes(head[8:12], "big") ^ _ECRYPTFS_MARK == int.from_bytes(head[12:16], "big")
