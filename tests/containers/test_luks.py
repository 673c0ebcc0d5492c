"""LUKS volumes, made by luks_volumes.py: a key gives every file, and what is not opened is told."""

import random
import shutil
import subprocess

import pytest

from scanner.containers import disk_image
from scanner.containers.libraries import library
from scanner.model.vocabulary import Cause
from tests.containers.luks_volumes import Form, luks1, luks2
from tests.containers.opening import Opened, opened
from tests.containers.test_disk_image import TREE, image

pytestmark = pytest.mark.skipif(library("dissect.fve") is None, reason="the extra “images” is not installed")
CONTENT = image("squashfs-gzip")
CBC = Form("aes-cbc-essiv:sha256", key_bytes=16)


def read(data: bytes, *keys: bytes) -> Opened:
    return opened(disk_image, data, "a.img", keys=keys)


def files(found: Opened) -> dict[str, bytes]:
    assert not found.problems
    kinds = found.kinds()
    return {path: content for path, content in found.contents.items() if kinds[path] == "file"}


@pytest.mark.parametrize(
    ("make", "form"),
    [
        (luks1, Form("aes-cbc-essiv:sha256", hashed_by="sha1", key_bytes=16)),
        (luks1, Form("aes-cbc-plain", key_bytes=16)),
        (luks2, Form("aes-ecb", key_bytes=32, hashed_by="sha512")),
        (luks2, Form(sector_bytes=4096)),
        (luks2, Form("aes-cbc-plain64", key_bytes=16, derived_by="argon2id")),
    ],
)
def test_every_cipher_gives_back_every_file(make, form):
    volume = make(CONTENT, [b"a phrase"], form)
    assert files(read(volume, b"a phrase\n")) == TREE


@pytest.mark.parametrize(
    ("make", "key"), [(luks1, bytes(range(256))), (luks2, b"with a line feed\n"), (luks2, b"\xef\xbb\xbfa mark")]
)
def test_a_key_is_taken_byte_for_byte_also_the_second_of_several(make, key):
    volume = make(CONTENT, [b"another", key], CBC)
    assert files(read(volume, b"nonsense", key)) == TREE


def test_what_an_editor_adds_to_a_passphrase_is_left_out():
    volume = luks2(CONTENT, [b"a phrase"], CBC)
    for key in (b"a phrase\n", b"a phrase\r\n", b"\xef\xbb\xbfa phrase\r\n"):
        assert files(read(volume, key)) == TREE


@pytest.mark.parametrize("make", [luks1, luks2])
def test_a_closed_volume_and_a_wrong_key_are_told(make):
    volume = make(CONTENT, [b"a phrase"], CBC)
    for keys, told in (
        ((), "--key-file takes a file with its passphrase"),
        ((b"wrong",), "no key that was given opens"),
    ):
        found = read(volume, *keys)
        assert found.problems[""].cause is Cause.ENCRYPTED
        assert "a volume encrypted by LUKS" in found.problems[""].reason
        assert told in found.problems[""].reason
        assert not found.members


def test_logical_volumes_in_it_are_read():
    found = read(luks2(image("lvm"), [b"a phrase"], CBC), b"a phrase")
    assert {f"{volume}/{path}" for volume in ("data", "root") for path in TREE} <= found.contents.keys()
    assert not found.problems


def test_one_in_a_logical_volume_is_told_by_its_name_and_opened():
    data, extent = bytearray(image("lvm")), 64 << 10
    volume = luks2(CONTENT, [b"a phrase"], Form("aes-cbc-plain", key_bytes=16))
    data[2 * extent : 2 * extent + len(volume)] = volume
    found = read(bytes(data))
    assert found.problems[""].cause is Cause.ENCRYPTED
    assert found.problems[""].reason.startswith("Root (524,288 bytes): This is a volume encrypted by LUKS")
    assert "data/etc/plain" in found.contents
    found = read(bytes(data), b"a phrase")
    assert {f"{volume}/{path}" for volume in ("data", "root") for path in TREE} <= found.contents.keys()
    assert not found.problems


SEALS = {"type": "hmac", "journal_encryption": "", "journal_integrity": ""}


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (Form("aes-cbc-plain", told_rounds=2_000_000_000), "costs more to derive"),
        (Form("aes-cbc-plain", segment=(("integrity", SEALS),)), "with seals"),
        (Form("aes-cbc-plain", segment=(("type", "hw-opal-crypt"),)), "by the drive itself"),
    ],
    ids=["a costly key", "sealed sectors", "the drive's own"],
)
def test_what_cannot_be_opened_is_not_taken_for_a_wrong_key(form, told):
    found = read(luks2(CONTENT, [b"a phrase"], form), b"a phrase")
    assert found.problems[""].cause in (Cause.UNSUPPORTED, Cause.LIMIT)
    assert told in found.problems[""].reason


def test_a_cipher_that_is_not_known_is_told():
    volume = luks1(CONTENT, [b"a phrase"], CBC).replace(b"aes\0\0\0\0", b"serpent")
    found = read(volume, b"a phrase")
    assert found.problems[""].cause is Cause.UNSUPPORTED
    assert "with serpent-cbc-essiv:sha256, which frscan does not know" in found.problems[""].reason


@pytest.mark.parametrize("make", [luks1, luks2])
def test_a_damaged_volume_gives_files_or_says_why_not(make):
    chance, whole = random.Random(4), make(CONTENT, [b"a phrase"], CBC)
    for _ in range(12):
        data = bytearray(whole)
        for _ in range(4):
            data[chance.choice([0, 100, 4096, 4700]) + chance.randrange(500)] = chance.randrange(32, 127)
        read(bytes(data), b"a phrase")


@pytest.mark.skipif(shutil.which("cryptsetup") is None, reason="cryptsetup is not installed")
@pytest.mark.parametrize("make", [luks1, luks2])
def test_cryptsetup_opens_the_same_volumes(make, tmp_path):
    (tmp_path / "a.img").write_bytes(make(CONTENT, [b"another", b"a phrase"], CBC) + bytes(1 << 20))
    opens = ["cryptsetup", "open", "--type", "luks", "--test-passphrase", str(tmp_path / "a.img"), "--key-file", "-"]
    subprocess.run(opens, input=b"a phrase", check=True)
