"""APFS: a container by Linux's own mkapfs opens; also with files, and encrypted as by FileVault (apfs_volumes.py)."""

import contextlib
import random

import pytest

from scanner.containers.libraries import library
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.containers.apfs_volumes import Container
from tests.containers.test_disk_image import TREE

pytestmark = pytest.mark.skipif(library("dissect.target") is None, reason="the extra “images” is not installed")
_BLOCK = 4096
_PLAIN = 1  # APFS_FS_UNENCRYPTED, in the flags of a volume
USERS = ("a phrase £", "35AJ-AC98-TI1H-N4M3-HDUQ-UQFG")


def opened(disk: Container, *keys: bytes):
    from scanner.containers.filesystems import apfs

    assert apfs.recognises(disk.read(0, _BLOCK))
    return apfs.opened_by(disk, keys, CountingBudget())


def contents(disk: Container, *keys: bytes) -> dict[str, bytes]:
    return {str(file.path): b"".join(file.chunks()) for file in opened(disk, *keys).files() if file.kind == "file"}


def test_an_empty_container_is_read_to_its_end():
    system = opened(Container())
    assert list(system.files()) == []
    assert len(system.identity) == 16


def test_every_file_is_read_also_one_in_stretches_with_holes_and_a_clone():
    large = random.Random(1).randbytes(90_000)
    files = {"etc/plain": b"one line\n", "etc/large": large, "hole": large[:9000] + bytes(60_000) + large}
    assert contents(Container(files)) == files


def test_a_read_that_begins_within_a_stretch_leaves_nothing_out():
    content = random.Random(2).randbytes(200_000)
    system = opened(Container({"a": content}))
    entry = system._roots[0][1].get("/a")
    stream = entry.open()
    stream.seek(5000)
    assert stream.read(100_000) == content[5000:105_000]


@pytest.mark.parametrize("key", USERS)
def test_an_encrypted_volume_gives_back_every_file_by_each_password(key):
    assert contents(Container(TREE, USERS), b"nonsense", f"{key}\n".encode()) == TREE


@pytest.mark.parametrize(
    ("keys", "told"),
    [((), "--key-file takes a file with the password"), ((b"wrong", b"\xff"), "No key that was given opens it.")],
)
def test_a_closed_volume_is_told_by_its_name(keys, told):
    with pytest.raises(Unreadable, match="APFS volume “Acme” is encrypted") as caught:
        list(opened(Container(TREE, USERS), *keys).files())
    assert caught.value.cause is Cause.ENCRYPTED
    assert told in caught.value.reason


def test_a_volume_whose_keys_the_computer_keeps_is_told_by_its_name():
    disk = Container()
    (volume,) = (block for block in disk.blocks.values() if block[32:36] == b"APSB")
    volume[264] &= ~_PLAIN
    with pytest.raises(Unreadable, match=r"“Acme” is encrypted.*Its keys are not in this image") as caught:
        list(opened(disk, b"a phrase").files())
    assert caught.value.cause is Cause.ENCRYPTED


def test_a_damaged_container_is_told():
    disk = Container()
    for number in range(1, 20_100):
        disk.blocks.pop(number, None)
    with pytest.raises(Unreadable):
        list(opened(disk).files())


def test_damage_anywhere_gives_files_or_says_why_not():
    chance = random.Random(7)
    for _ in range(20):
        disk = Container({"a": b"some\n", "b/c": bytes(9000)}, USERS[:1])
        for _ in range(3):
            block = disk.blocks[chance.choice([0, 20002, 20004, 20005, 21100, 21101])]
            block[chance.randrange(1400)] = chance.randrange(256)
        with contextlib.suppress(Unreadable):
            contents(disk, USERS[0].encode())
