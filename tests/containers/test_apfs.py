"""APFS: a container by Linux's own mkapfs opens; a volume that FileVault encrypted is told and not passed over."""

import lzma
import struct
from pathlib import Path

import pytest

from scanner.containers.libraries import library
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget

pytestmark = pytest.mark.skipif(library("dissect.target") is None, reason="the extra “images” is not installed")
BLOCKS = Path(__file__).parent / "images" / "apfs.blocks.xz"
_BLOCK = 4096
_PLAIN = 1  # APFS_FS_UNENCRYPTED, in the flags of a volume


class Sparse:
    """A disk of 600 MiB of which 18 blocks are no zeros."""

    size = 600 << 20

    def __init__(self) -> None:
        raw = lzma.decompress(BLOCKS.read_bytes())
        starts = range(0, len(raw), 4 + _BLOCK)
        self.blocks = {struct.unpack_from("<I", raw, at)[0]: bytearray(raw[at + 4 : at + 4 + _BLOCK]) for at in starts}

    def read(self, offset: int, length: int) -> bytes:
        numbers = range(offset // _BLOCK, -(-(offset + length) // _BLOCK))
        whole = b"".join(self.blocks.get(number, bytes(_BLOCK)) for number in numbers)
        return whole[offset % _BLOCK :][:length]


def opened(disk: Sparse):
    from scanner.containers.filesystems import apfs

    assert apfs.recognises(disk.read(0, _BLOCK))
    return apfs.opened(disk, CountingBudget())


def test_an_empty_container_is_read_to_its_end():
    system = opened(Sparse())
    assert list(system.files()) == []
    assert len(system.identity) == 16


def test_an_encrypted_volume_is_told_by_its_name():
    disk = Sparse()
    (volume,) = (block for block in disk.blocks.values() if block[32:36] == b"APSB")
    volume[264] &= ~_PLAIN
    with pytest.raises(Unreadable, match="APFS volume “Acme” is encrypted") as caught:
        list(opened(disk).files())
    assert caught.value.cause is Cause.ENCRYPTED


def test_a_damaged_container_is_told():
    disk = Sparse()
    for number in range(1, 20_100):
        disk.blocks.pop(number, None)
    with pytest.raises(Unreadable):
        list(opened(disk).files())
