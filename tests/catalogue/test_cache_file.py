import os
import stat

import pytest

from scanner.catalogue.cache_file import cache_folder, read_cached, write_cached


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(folder))
    return folder


def only_file(folder):
    (path,) = folder.iterdir()
    return path


def test_what_was_written_is_read_again(folder):
    write_cached("a key / with any text\n", ".x", b"data")
    assert read_cached("a key / with any text\n", ".x") == b"data"
    assert only_file(folder).suffix == ".x"


def test_another_key_or_suffix_finds_nothing():
    write_cached("key", ".x", b"data")
    assert read_cached("other", ".x") is None
    assert read_cached("key", ".y") is None


def test_empty_data_is_data():
    write_cached("key", ".x", b"")
    assert read_cached("key", ".x") == b""


@pytest.mark.parametrize("place", [0, 20, -1])
def test_one_flipped_bit_makes_the_file_worthless(folder, place):
    write_cached("key", ".x", b"data" * 10)
    path = only_file(folder)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert read_cached("key", ".x") is None


@pytest.mark.parametrize("length", [0, 5, 46, 50])
def test_a_truncated_file_is_worthless(folder, length):
    write_cached("key", ".x", b"data" * 10)
    path = only_file(folder)
    path.write_bytes(path.read_bytes()[:length])
    assert read_cached("key", ".x") is None


def test_a_file_moved_to_another_key_is_worthless(folder):
    write_cached("key", ".x", b"data")
    first = only_file(folder)
    write_cached("other", ".x", b"other")
    second = next(path for path in folder.iterdir() if path != first)
    second.write_bytes(first.read_bytes())
    assert read_cached("other", ".x") is None


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_the_folder_is_for_its_owner_alone(folder):
    write_cached("key", ".x", b"data")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_a_folder_that_others_can_write_to_is_not_used(folder):
    write_cached("key", ".x", b"data")
    folder.chmod(0o777)
    assert read_cached("key", ".x") is None
    write_cached("second", ".x", b"data")
    assert len(list(folder.iterdir())) == 1


def test_a_cache_that_cannot_be_written_is_no_error(folder):
    folder.write_text("a file where the folder should be")
    write_cached("key", ".x", b"data")
    assert read_cached("key", ".x") is None


def test_old_files_make_room_for_new_ones(folder):
    for number in range(30):
        write_cached(f"key {number}", ".x", b"data")
    write_cached("key", ".y", b"data")
    assert len(list(folder.glob("*.x"))) == 16
    assert read_cached("key 29", ".x") == b"data"


def test_without_the_variable_it_lies_where_the_system_keeps_caches(monkeypatch):
    monkeypatch.delenv("FRSCAN_CACHE_DIR")
    assert "frscan" in cache_folder().parts[-1].lower() or "frscan" in cache_folder().parts[-2].lower()
