"""BitLocker volumes, as bitlocker_volumes.py makes them: each says what would open it, and open gives every file."""

import random
import shutil
import struct
import subprocess

import pytest

from scanner.containers import disk_image
from scanner.containers.encryptions import bitlocker
from scanner.containers.libraries import library
from scanner.model.vocabulary import Cause
from tests.containers import bitlocker_volumes as made
from tests.containers.opening import Opened, assert_it_survives, opened
from tests.containers.test_disk_image import TREE, image

pytestmark = pytest.mark.skipif(library("dissect.fve") is None, reason="the extra “images” is not installed")
CONTENT = image("squashfs-gzip")
KEY = made.startup_key("one")
RECOVERY = "284867-596541-514998-422114-660297-261613-215424-199408"
ROUNDS = 3


@pytest.fixture(scope="module")
def protectors() -> list[made.Protector]:
    return [
        made.tpm(), made.password("a phrase £", ROUNDS), made.recovery_password(RECOVERY, ROUNDS), KEY,
        made.startup_key("another"),
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """A key is stretched a million times; a test says below that it really is."""
    monkeypatch.setattr(bitlocker, "_STRETCHES", ROUNDS)
    bitlocker._stretched.cache_clear()


def read(data: bytes, *keys: bytes) -> Opened:
    return opened(disk_image, data, "a.img", keys=keys)


def files(found: Opened) -> dict[str, bytes]:
    assert not found.problems
    kinds = found.kinds()
    return {path: content for path, content in found.contents.items() if kinds[path] == "file"}


@pytest.mark.parametrize("method", made.METHODS)
def test_every_method_gives_back_every_file(method):
    volume = made.volume(CONTENT, [KEY], made.Form(method=method))
    assert files(read(volume, made.bek(KEY))) == TREE


@pytest.mark.parametrize(
    "form",
    [
        made.Form("cbc-128", sector_bytes=4096, moved_sectors=2),
        made.Form("xts-128", sector_bytes=4096, moved_sectors=2),
        made.Form("cbc-128", is_to_go=True, moved_sectors=32),
        made.Form("cbc-128", encrypted_bytes=16 << 10, state=3),
        made.Form("cbc-128", encrypted_bytes=0, state=1),
    ],
    ids=["large sectors", "large sectors, XTS", "to go", "encrypted in part", "decrypted again"],
)
def test_other_volumes_give_back_every_file(form):
    assert files(read(made.volume(CONTENT, [KEY], form), made.bek(KEY))) == TREE


def test_of_a_volume_of_which_only_the_used_space_is_encrypted_every_file_is_read():
    content = image("ext4")
    for used in ([n % 3 != 1 for n in range(8)], [n in (0, 5) for n in range(8)]):
        volume = made.volume(content, [KEY], made.Form("cbc-128", used_chunks=used))
        assert files(read(volume, made.bek(KEY))) == TREE


def test_where_it_cannot_be_told_what_is_encrypted_nothing_is_guessed():
    volume = bytearray(made.volume(CONTENT, [KEY], made.Form("cbc-128", used_chunks=[True])))
    (place,) = struct.unpack_from("<Q", volume, 200)
    volume[place : place + 8] = bytes(8)
    found = read(bytes(volume), made.bek(KEY))
    assert found.causes() == {"": "damaged"}
    assert not found.members


@pytest.mark.parametrize(
    "key",
    [
        "a phrase £\r\n".encode(),
        "a phrase £".encode("utf-16"),
        RECOVERY.encode(),
        f"BitLocker recovery key\r\n\r\nIdentifier: …\r\n\r\n\t{RECOVERY}\r\n".encode("utf-16"),
        made.bek(KEY),
    ],
    ids=["a password", "a password by Notepad", "a recovery password", "the file that Windows saves", "a startup key"],
)
def test_each_kind_of_key_opens_it_also_among_others(key, protectors):
    volume = made.volume(CONTENT, protectors, made.Form("cbc-128"))
    assert files(read(volume, b"nonsense", made.bek(made.startup_key("a third")), key)) == TREE


@pytest.mark.parametrize("form", [made.Form("cbc-128"), made.Form("cbc-128", is_to_go=True, moved_sectors=32)])
def test_a_closed_volume_says_by_which_keys_it_opens(form, protectors):
    found = read(made.volume(CONTENT, protectors, form))
    assert found.problems[""].cause is Cause.ENCRYPTED
    reason = found.problems[""].reason
    assert reason.startswith("This is a volume encrypted by BitLocker; its content was not examined.")
    recovery = str(protectors[2].identifier).upper()
    for told in ("the TPM", "a password", f"identifier {recovery}", f"{str(KEY.identifier).upper()}.BEK"):
        assert told in reason
    assert "--key-file" in reason
    assert not found.members


@pytest.mark.parametrize("key", [b"wrong", RECOVERY.replace("284867", "284878").encode(), b"\xff\xfe\0", bytes(200)])
def test_a_wrong_key_is_told(key, protectors):
    found = read(made.volume(CONTENT, protectors, made.Form("cbc-128")), key)
    assert found.problems[""].cause is Cause.ENCRYPTED
    assert "no key that was given opens it" in found.problems[""].reason


def test_what_only_a_chip_opens_asks_for_no_file():
    found = read(made.volume(CONTENT, [made.tpm()], made.Form("cbc-128")))
    assert "It opens by the TPM of its computer." in found.problems[""].reason
    assert "--key-file" not in found.problems[""].reason


def test_a_volume_whose_protection_is_suspended_opens_without_a_key(protectors):
    volume = made.volume(CONTENT, [*protectors, made.clear_key()], made.Form("cbc-128"))
    assert files(read(volume)) == TREE


def test_in_a_partition_it_is_named_by_its_place():
    volume = made.volume(CONTENT, [KEY], made.Form("cbc-128"))
    disk = bytearray(image("mbr"))
    disk[64 * 512 : 64 * 512 + len(volume)] = volume
    found = read(bytes(disk))
    assert found.problems[""].reason.startswith("Partition 1 (524,288 bytes from offset 32,768): This is a volume encr")
    assert {f"partition 5/{path}" for path in TREE} <= found.contents.keys()
    found = read(bytes(disk), made.bek(KEY))
    assert {f"partition {number}/{path}" for number in (1, 5) for path in TREE} <= found.contents.keys()
    assert not found.problems


def test_without_the_extra_it_is_told_all_the_same(monkeypatch):
    monkeypatch.setattr(bitlocker, "library", lambda _name: None)
    found = read(made.volume(CONTENT, [KEY], made.Form("cbc-128")))
    assert found.problems[""].cause is Cause.ENCRYPTED
    assert "pip install 'frscan[images]'" in found.problems[""].reason


def test_a_damaged_volume_gives_files_or_says_why_not():
    chance = random.Random(5)
    for form in (made.Form("cbc-128"), made.Form("cbc-128", used_chunks=[True])):
        whole = made.volume(CONTENT, [made.clear_key()], form)
        for _ in range(25):
            data = bytearray(whole)
            for _ in range(4):
                place = chance.choice([160, 65536 + 8192, len(data) - 7000]) + chance.randrange(700)
                data[place] = chance.randrange(256)
            end = chance.randrange(len(data)) if chance.random() < 0.3 else len(data)
            assert_it_survives(disk_image, bytes(data[:end]))


def test_keys_are_stretched_as_often_as_windows_and_cryptsetup_do_it(monkeypatch, tmp_path):
    monkeypatch.undo()
    volume = made.volume(CONTENT, [made.password("a phrase"), KEY], made.Form("cbc-128"))
    assert files(read(volume, b"a phrase\n")) == TREE
    if shutil.which("cryptsetup") is None:
        pytest.skip("cryptsetup, which confirms the volume, is not installed")
    (tmp_path / "a.img").write_bytes(volume)
    (tmp_path / "one.bek").write_bytes(made.bek(KEY))
    opens = ["cryptsetup", "open", "--type", "bitlk", "--test-passphrase", str(tmp_path / "a.img"), "--key-file"]
    subprocess.run([*opens, "-"], input=b"a phrase", check=True)
    subprocess.run([*opens, str(tmp_path / "one.bek")], check=True)
