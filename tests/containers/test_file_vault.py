"""FileVault before APFS: CoreStorage volumes, made by core_storage_volumes.py, are told and opened by a password."""

import random
import shutil
import subprocess

import pytest

from scanner.containers import disk_image
from scanner.containers.encryptions import core_storage
from scanner.containers.libraries import library
from scanner.model.vocabulary import Cause
from tests.containers.core_storage_volumes import volume, wipekey
from tests.containers.opening import Opened, opened
from tests.containers.test_disk_image import TREE, image

pytestmark = pytest.mark.skipif(library("dissect.fve") is None, reason="the extra “images” is not installed")
CONTENT = image("squashfs-gzip")
USERS = ["a phrase £", "35AJ-AC98-TI1H-N4M3-HDUQ-UQFG"]
LARGE = [*USERS, *(f"user {number}" for number in range(12))]


def read(data: bytes, *keys: bytes) -> Opened:
    return opened(disk_image, data, "a.img", keys=keys)


def files(found: Opened) -> dict[str, bytes]:
    assert not found.problems
    kinds = found.kinds()
    return {path: content for path, content in found.contents.items() if kinds[path] == "file"}


@pytest.mark.parametrize("key", USERS)
def test_each_password_opens_it(key):
    assert files(read(volume(CONTENT, USERS), b"nonsense", f"{key}\n".encode())) == TREE


def test_keys_that_are_compressed_and_lie_in_two_blocks_are_found():
    assert files(read(volume(CONTENT, LARGE, is_packed=True), USERS[1].encode())) == TREE


def test_a_closed_volume_is_told_by_its_name():
    for keys, told in (
        ((), "--key-file takes a file with its password."),
        ((b"wrong",), "no key that was given opens"),
    ):
        found = read(volume(CONTENT, USERS), *keys)
        assert found.problems[""].cause is Cause.ENCRYPTED
        assert "the volume “Ada”, encrypted by FileVault (CoreStorage)" in found.problems[""].reason
        assert told in found.problems[""].reason
        assert not found.members


def test_that_of_a_system_asks_for_the_file_beside_it_and_opens_with_it():
    whole = volume(CONTENT, USERS, is_of_a_system=True)
    for keys in ((), (USERS[0].encode(),)):
        found = read(whole, *keys)
        assert found.problems[""].cause is Cause.ENCRYPTED
        assert "EncryptedRoot.plist.wipekey" in found.problems[""].reason
    assert files(read(whole, USERS[0].encode(), wipekey(LARGE))) == TREE


def test_one_that_lies_on_several_disks_is_told():
    found = read(volume(CONTENT, USERS, disk=1), USERS[0].encode())
    assert found.problems[""].cause is Cause.UNSUPPORTED
    assert "lies on several disks (a Fusion Drive)" in found.problems[""].reason


def test_without_the_extra_it_is_told_all_the_same(monkeypatch):
    monkeypatch.setattr(core_storage, "library", lambda _name: None)
    found = read(volume(CONTENT, USERS))
    assert found.problems[""].cause is Cause.ENCRYPTED
    assert "pip install 'frscan[images]'" in found.problems[""].reason


def test_a_damaged_volume_gives_files_or_says_why_not():
    chance, whole = random.Random(3), volume(CONTENT, USERS)
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(3):
            data[chance.choice([64, 4096 + 64, 4096 + 8192, 20480]) + chance.randrange(200)] = chance.randrange(256)
        end = chance.randrange(len(data)) if chance.random() < 0.3 else len(data)
        read(bytes(data[:end]), USERS[0].encode())


@pytest.mark.skipif(shutil.which("cryptsetup") is None, reason="cryptsetup is not installed")
def test_cryptsetup_opens_the_same_volume(tmp_path):
    (tmp_path / "a.img").write_bytes(volume(CONTENT, USERS[1:]))
    opens = ["cryptsetup", "open", "--type", "fvault2", "--test-passphrase", str(tmp_path / "a.img"), "--key-file", "-"]
    subprocess.run(opens, input=USERS[1].encode(), check=True)
