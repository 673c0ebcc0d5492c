"""What is known of an image's files from another image, and of a file from another folder."""

import lzma
import py_compile
import zipfile
from pathlib import Path

import msgspec
import pytest

from scanner.engine import deepening, examine, target_digest
from scanner.engine.budget import Limits
from scanner.engine.cache import Cache
from scanner.engine.recall import Recall
from scanner.engine.scan import Settings, scan
from scanner.engine.task import Answer, Batch
from scanner.engine.worker import examine_batch, prepare
from tests.catalogues import catalogue, indicator, technology
from tests.engine.scanning import WORD, hits, plan_of

IMAGES = Path(__file__).parents[1] / "containers" / "images"
LARGE = 70_000


@pytest.fixture(autouse=True)
def every_container_is_large(tmp_path, monkeypatch):
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))
    for module in (examine, deepening):
        monkeypatch.setattr(module, "MEMBERS_FROM_BYTES", 0)


def answered(path: Path, *, trusts_metadata: bool = False, uses_cache: bool = True) -> Answer:
    plan = plan_of(Limits(), uses_cache=uses_cache)
    prepare(msgspec.structs.replace(plan, trusts_metadata=trusts_metadata))
    return next(examine_batch(Batch(root=str(path.parent), names=(path.name,))))


def remembered(path: Path) -> Answer:
    with Cache.to_write() as cache:
        answer = answered(path)
        cache.put(answer.keep | answer.keep_here, day=1)
    return answer


def archive(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, text in members.items():
            made.writestr(name, text * LARGE)
    return path


def test_a_member_that_another_archive_held_is_not_read_again(tmp_path, monkeypatch):
    first = archive(tmp_path / "1.zip", same=WORD, other="x")
    second = archive(tmp_path / "2.zip", same=WORD, other="y")
    fresh = answered(second, uses_cache=False)
    remembered(first)
    scanned = []
    plain = examine.ByteScanner.scan

    def noted(self, data, *asked):
        scanned.append(bytes(data[:1]))
        return plain(self, data, *asked)

    monkeypatch.setattr(examine.ByteScanner, "scan", noted)
    found = answered(second)
    assert scanned == [b"y"]
    assert (found.facts, found.nested) == (fresh.facts, fresh.nested)
    assert hits(found) == {"2.zip!/same"}


def test_a_member_inside_a_member_keeps_its_place(tmp_path):
    inner = archive(tmp_path / "in.zip", deep=WORD)
    for name in ("1.zip", "2.zip"):
        with zipfile.ZipFile(tmp_path / name, "w") as made:
            made.write(inner, f"at/{name}/in.zip")
            made.writestr("more", name)
    remembered(tmp_path / "1.zip")
    kept = answered(tmp_path / "2.zip")
    assert hits(kept) == {"2.zip!/at/2.zip/in.zip!/deep"}
    assert kept.facts == answered(tmp_path / "2.zip", uses_cache=False).facts


def image_with(path: Path, was: bytes, now: bytes) -> Path:
    data = lzma.decompress((IMAGES / "ext4.img.xz").read_bytes())
    assert was in data
    path.write_bytes(data.replace(was, now))
    return path


def test_a_file_of_an_image_that_looks_as_it_did_is_read_only_where_metadata_are_not_trusted(tmp_path):
    line = b"line 4000\nline 4001\nline 4002\n"
    seen = WORD.encode().ljust(len(line))
    remembered(image_with(tmp_path / "1.img", line, seen))
    second = image_with(tmp_path / "2.img", line, b"nothing".ljust(len(line)))
    assert hits(answered(second)) == set()
    assert hits(answered(second, trusts_metadata=True)) == {"2.img!/usr/lib/long"}


def test_a_file_of_an_image_with_other_bytes_is_read_however_much_it_looks_as_it_did(tmp_path, monkeypatch):
    line = b"line 4000\nline 4001\nline 4002\n"
    first = image_with(tmp_path / "1.img", line, b"nothing".ljust(len(line)))
    whole = remembered(first)
    second = image_with(tmp_path / "2.img", line, WORD.encode().ljust(len(line)))
    assert hits(answered(second)) == {"2.img!/usr/lib/long"}
    asked = []
    plain = examine.Table.wanted
    monkeypatch.setattr(examine.Table, "wanted", lambda self, name, *of: asked.append(name) or plain(self, name, *of))
    monkeypatch.setattr(Recall, "by_bytes", lambda *_: None)  # of the image itself
    again = answered(first)
    assert (again.facts, again.nested) == (whole.facts, whole.nested)
    assert set(asked) == {"1.img"}


def test_no_digest_is_made_of_an_image_of_which_parts_were_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(target_digest, "MEMBERS_FROM_BYTES", 0)
    for name in ("1.img", "2.img"):
        image_with(tmp_path / name, b"line 4000\n", WORD.encode().ljust(10)[:10])
    digests = [
        scan([tmp_path / name], Settings(jobs=1, trusts_metadata=trusts)).target.sha256
        for name, trusts in (("1.img", True), ("2.img", True), ("2.img", False))
    ]
    assert [bool(digest) for digest in digests] == [True, False, True]
    assert digests[0] == digests[2]


def test_what_the_files_of_an_image_looked_like_is_known_though_they_are_dealt_out_otherwise(tmp_path):
    first = image_with(tmp_path / "1.img", b"line 4000\n", b"line 4000\n")
    plan = plan_of(Limits(), uses_cache=True)
    with Cache.to_write() as cache:
        prepare(plan)
        for number in range(3):
            batch = Batch(root=str(tmp_path), names=(first.name,), part=(number, 3))
            cache.put(next(examine_batch(batch)).keep_here)
    prepare(msgspec.structs.replace(plan, trusts_metadata=True))
    again = next(examine_batch(Batch(root=str(tmp_path), names=(first.name,))))
    assert again.left_unread


def test_a_file_in_another_file_system_is_not_taken_for_the_one_that_looks_like_it(tmp_path):
    line = b"line 4000\nline 4001\nline 4002\n"
    seen = WORD.encode().ljust(len(line))
    remembered(image_with(tmp_path / "1.img", line, b"nothing".ljust(len(line))))
    data = bytearray(image_with(tmp_path / "2.img", line, seen).read_bytes())
    data[1024 + 104 : 1024 + 120] = bytes(16)
    (tmp_path / "2.img").write_bytes(data)
    assert hits(answered(tmp_path / "2.img", trusts_metadata=True)) == {"2.img!/usr/lib/long"}


def test_what_a_file_says_beside_one_neighbour_is_not_kept_for_it_beside_another(tmp_path):
    knowledge = catalogue(technology(indicator("import", "python:acme_faces", seen_in="acme 1")))
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
        source = tmp_path / name / "tool.py"
        source.write_text("import acme_faces\n")
        py_compile.compile(str(source), cfile=str(source.with_suffix(".pyc")), dfile="tool.py")
    (tmp_path / "without" / "tool.py").unlink()
    found = {
        name: [
            e.locator
            for f in scan([tmp_path / name], Settings(jobs=1), catalogue=knowledge).findings
            for e in f.evidence
        ]
        for name in ("with", "without")
    }
    assert found == {"with": ["tool.py"], "without": ["tool.pyc"]}
