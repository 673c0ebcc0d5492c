"""Folders that a program encrypts file by file are told by the file that holds their key."""

import pytest

from scanner.containers import encrypted_folder
from scanner.engine.scan import Settings, scan
from tests.containers.opening import assert_it_survives, opened

MARKED = bytes(8) + bytes.fromhex("01234567") + (0x01234567 ^ 0x3C81B7F5).to_bytes(4, "big") + bytes(8192)
NAME = "ECRYPTFS_FNEK_ENCRYPTED.FWZ0abc"


@pytest.mark.parametrize(
    ("name", "content", "program"),
    [
        ("gocryptfs.conf", b'{"Creator": "gocryptfs v2", "EncryptedKey": "AA=="}', "gocryptfs"),
        (".encfs6.xml", b"<boost_serialization><cfg><encodedKeyData>AA==</encodedKeyData></cfg>", "EncFS"),
        ("masterkey.cryptomator", b'{"version": 999, "primaryMasterKey": "AA=="}', "Cryptomator"),
        (NAME, MARKED, "eCryptfs"),
    ],
)
def test_a_scan_says_that_it_could_not_look(name, content, program, tmp_path):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / name).write_bytes(content)
    report = scan([tmp_path], Settings(uses_cache=False, jobs=1))
    assert [(unread.cause, unread.locator) for unread in report.unreadable] == [("encrypted", f"private/{name}")]
    assert f"encrypted by {program}" in report.unreadable[0].reason
    assert not report.complete


@pytest.mark.parametrize(("name", "content"), [("gocryptfs.conf", b"# notes"), (NAME, bytes(9000)), (NAME, b"")])
def test_what_only_has_the_name_is_left_alone(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert scan([tmp_path], Settings(uses_cache=False, jobs=1)).complete


def test_any_cut_is_survived():
    for length in (0, 8, 15, 16, 17):
        assert_it_survives(encrypted_folder, MARKED[:length], NAME)
    assert opened(encrypted_folder, MARKED, NAME).causes() == {"": "encrypted"}
