"""Folders that a program encrypts file by file are told by the file that holds their key."""

from scanner.containers import encrypted_folder
from scanner.engine.scan import Settings, scan
from tests.containers.opening import assert_it_survives, opened

MARKED = bytes(8) + bytes.fromhex("01234567") + (0x01234567 ^ 0x3C81B7F5).to_bytes(4, "big") + bytes(8192)
NAME = "ECRYPTFS_FNEK_ENCRYPTED.FWZ0abc"


HOLDERS = {
    "gocryptfs.conf": (b'{"Creator": "gocryptfs v2", "EncryptedKey": "AA=="}', "gocryptfs"),
    ".encfs6.xml": (b"<boost_serialization><cfg><encodedKeyData>AA==</encodedKeyData></cfg>", "EncFS"),
    "masterkey.cryptomator": (b'{"version": 999, "primaryMasterKey": "AA=="}', "Cryptomator"),
    NAME: (MARKED, "eCryptfs"),
}


def test_a_scan_says_where_it_could_not_look_and_leaves_alone_what_only_has_the_name(tmp_path):
    for name, (content, _) in HOLDERS.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "gocryptfs.conf").write_bytes(b"# notes")
    (tmp_path / "other" / NAME).write_bytes(bytes(9000))
    report = scan([tmp_path], Settings(uses_cache=False, jobs=1))
    told = {unread.locator: unread for unread in report.unreadable}
    assert told.keys() == HOLDERS.keys()
    for name, (_, program) in HOLDERS.items():
        assert told[name].cause == "encrypted"
        assert f"encrypted by {program}" in told[name].reason
    assert not report.complete


def test_any_cut_is_survived():
    for length in (0, 8, 15, 16, 17):
        assert_it_survives(encrypted_folder, MARKED[:length], NAME)
    assert opened(encrypted_folder, MARKED, NAME).causes() == {"": "encrypted"}
