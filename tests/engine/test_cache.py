import os
import sqlite3
import subprocess
import sys
import zipfile

import pytest

from scanner.catalogue.knowledge import knowledge_of
from scanner.engine import cache as cache_module
from scanner.engine import scan
from scanner.engine.cache import Cache, Seen, digest
from tests.catalogues import catalogue, indicator, technology
from tests.engine.scanning import WORD, found_in, small_knowledge


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path))
    return tmp_path


def test_what_is_put_is_got_by_another_process_connection():
    with Cache.to_write() as writer:
        writer.put({b"k" * 32: b"value", b"l" * 32: b""}, day=1)
        with Cache.to_read() as reader:
            assert reader.get([b"k" * 32, b"l" * 32, b"m" * 32]) == {b"k" * 32: b"value", b"l" * 32: b""}


def test_what_was_used_longest_ago_goes_first(monkeypatch):
    with Cache.to_write() as writer:
        writer.put({b"used again": b"value"}, day=1)
        writer.put({b"not since": b"value"}, day=2)
        with Cache.to_read() as reader:
            reader.get([b"used again"])
            used = reader.used_again()
            assert reader.used_again() == []
        writer.touch(used)
        monkeypatch.setattr(cache_module, "LIMIT_BYTES", 0)
        writer.shrink()
        assert set(writer.get([b"used again", b"not since"])) == {b"used again"}


def test_more_keys_than_one_query_takes_are_all_answered():
    values = {digest(str(n)): str(n).encode() for n in range(1200)}
    with Cache.to_write() as writer:
        writer.put(values, day=1)
        assert writer.get(list(values)) == values


def test_no_two_lists_of_parts_have_one_key():
    assert digest("ab", "c") != digest("a", "bc")
    assert digest(b"ab") == digest("ab")


def test_a_value_altered_on_disk_reads_as_not_there(folder):
    with Cache.to_write() as writer:
        writer.put({b"k" * 32: b"value"}, day=1)
    connection = sqlite3.connect(folder / "facts-1.sqlite")
    connection.execute("UPDATE kept SET value = ?", (b"12345678other",))
    connection.commit()
    connection.close()
    with Cache.to_read() as reader:
        assert reader.get([b"k" * 32]) == {}


@pytest.mark.parametrize("content", [b"no database at all", os.urandom(9000), b"SQLite format 3\0" + bytes(4000)])
def test_a_damaged_file_is_made_anew_and_said_so(folder, content):
    (folder / "facts-1.sqlite").write_bytes(content)
    with Cache.to_write() as writer:
        assert writer.was_damaged
        writer.put({b"k" * 32: b"value"}, day=1)
        assert writer.get([b"k" * 32]) == {b"k" * 32: b"value"}


def filled(folder, *, values: int = 400) -> dict[bytes, bytes]:
    kept = {digest(str(n)): os.urandom(3000) for n in range(values)}
    with Cache.to_write() as writer:
        writer.put(kept, day=1)
    connection = sqlite3.connect(folder / "facts-1.sqlite")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return kept


def spoil_behind_the_first_pages(folder) -> None:
    path = folder / "facts-1.sqlite"
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4 * 4096)
        file.write(os.urandom(size - 4 * 4096))


def test_damage_that_shows_while_it_is_used_makes_it_anew_too(folder):
    kept = filled(folder)
    spoil_behind_the_first_pages(folder)
    with Cache.to_write() as writer:
        for key in kept:
            assert writer.get([key]) in ({}, {key: kept[key]})
        writer.put(kept, day=2)
        assert writer.was_damaged
        writer.put(kept, day=2)
        assert writer.get(list(kept)) == kept
    assert integrity(folder) == "ok"


def integrity(folder) -> str:
    connection = sqlite3.connect(folder / "facts-1.sqlite")
    (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    return str(found)


def test_a_scan_says_that_its_cache_was_damaged_and_misses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(scan, "load_knowledge", small_knowledge)
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "target").mkdir()
    with zipfile.ZipFile(tmp_path / "target" / "a.zip", "w") as archive:
        archive.writestr("a.txt", WORD)
    filled(tmp_path / "cache")
    spoil_behind_the_first_pages(tmp_path / "cache")
    report = scan.scan([tmp_path / "target"], scan.Settings(jobs=1))
    assert found_in(report) == {"a.zip!/a.txt"}
    said = [oddity.what for oddity in report.oddities]
    assert said in ([], ["The cache of earlier scans was damaged; it was made anew."])
    again = scan.scan([tmp_path / "target"], scan.Settings(jobs=1))
    assert found_in(again) == {"a.zip!/a.txt"}


def test_it_never_grows_beyond_its_bound(folder, monkeypatch):
    monkeypatch.setattr(cache_module, "BOUND_BYTES", 400_000)
    monkeypatch.setattr(cache_module, "_LOG_BYTES", 100_000)
    with Cache.to_write() as writer:
        for n in range(1000):
            writer.put({digest(str(n)): os.urandom(3000)}, day=1)
        assert set(writer.get([digest("1")])) == {digest("1")}
        assert writer.get([digest("999")]) == {}
        assert not writer.was_damaged
    assert sum(path.stat().st_size for path in folder.glob("facts-1.sqlite")) <= 400_000
    assert integrity(folder) == "ok"


def test_how_files_looked_goes_too_if_that_is_what_fills_it(folder, monkeypatch):
    with Cache.to_write() as writer:
        many = [Seen(os.urandom(60), (n, 2, 3, 4), "elf", b"k") for n in range(4000)]
        writer.record("/x", 0, many)
        monkeypatch.setattr(cache_module, "LIMIT_BYTES", 100_000)
        writer.shrink()
        assert writer.seen("/x") == {}
        assert (folder / "facts-1.sqlite").stat().st_size < 100_000


_WRITER = """
import os, sys
from scanner.engine import cache
from scanner.engine.cache import Cache, Seen, digest
cache.LIMIT_BYTES = 300_000
who = sys.argv[1]
for turn in range(12):
    with Cache.to_write() as writer:
        for n in range(40):
            key = digest(str(n))
            writer.put({key: key * 60}, day=turn)
            found = writer.get([key])
            assert found in ({}, {key: key * 60}), "a value of somebody else"
            writer.record(who, 0, [Seen(b"a", (n, 0, 0, 0), "elf")])
        writer.shrink()
        assert not writer.was_damaged
"""


def test_scans_that_use_it_at_once_do_it_no_harm(folder):
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(n)], stderr=subprocess.PIPE) for n in range(4)]
    errors = [writer.communicate(timeout=120)[1] for writer in writers]
    assert errors == [b""] * 4
    assert integrity(folder) == "ok"
    with Cache.to_read() as reader:
        found = reader.get([digest(str(n)) for n in range(40)])
        assert all(value == key * 60 for key, value in found.items())


def test_without_a_place_to_keep_it_there_is_simply_no_cache(folder, monkeypatch):
    (folder / "file").write_bytes(b"")
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(folder / "file" / "below"))
    with Cache.to_write() as nothing:
        nothing.put({b"k" * 32: b"value"}, day=1)
        assert nothing.get([b"k" * 32]) == {}
        assert nothing.seen("root") == {}


def test_a_new_record_of_a_target_forgets_the_last_one():
    old, new = Seen(b"a", (1, 2, 3, 4), "elf", b"k"), Seen(b"b", (1, 2, 3, 4), "text")
    with Cache.to_write() as writer:
        writer.record("/x", 0, [old])
        writer.record("/x", 1, [new])
        writer.record("/y", 0, [old])
        assert writer.seen("/x") == {b"a": old, b"b": new}
        writer.record("/x", 0, [new])
        assert writer.seen("/x") == {b"b": new}
        assert writer.seen("/y") == {b"a": old}


def test_a_cache_over_its_limit_drops_what_was_longest_unused(monkeypatch):
    with Cache.to_write() as writer:
        writer.put({digest(str(n)): os.urandom(2000) for n in range(100)}, day=1)
        writer.put({digest(str(n)): os.urandom(2000) for n in range(100, 200)}, day=2)
        monkeypatch.setattr(cache_module, "LIMIT_BYTES", 1000)
        writer.shrink()
        assert writer.get([digest("5")]) == {}
        assert set(writer.get([digest("150")])) == {digest("150")}


def test_a_file_in_which_nothing_was_found_is_read_again_for_other_signatures(tmp_path, monkeypatch):
    """Also with --trust-metadata: what other signatures would find there, nobody has looked for."""
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "a.txt").write_text("another_face_engine")
    found = []
    for word in ("some_other_engine", "another_face_engine"):
        knowledge = knowledge_of(catalogue(technology(indicator("string", word))))
        monkeypatch.setattr(scan, "load_knowledge", lambda _, knowledge=knowledge: knowledge)
        report = scan.scan([tmp_path / "target"], scan.Settings(jobs=1, trusts_metadata=True))
        found.append(len(report.findings))
    assert found == [0, 1]


def test_what_was_just_put_is_there_before_it_is_written_and_is_written_when_it_is_due(monkeypatch):
    monkeypatch.setattr(cache_module, "_HELD_S", float("inf"))
    with Cache.to_write() as writer:
        writer.put({b"k" * 32: b"value"})
        assert writer.get([b"k" * 32, b"l" * 32]) == {b"k" * 32: b"value"}
        writer.flush(if_due=True)
        assert Cache.to_read().get([b"k" * 32]) == {}
        monkeypatch.setattr(cache_module, "_HELD_S", 0.0)
        writer.flush(if_due=True)
        assert Cache.to_read().get([b"k" * 32]) == {b"k" * 32: b"value"}
