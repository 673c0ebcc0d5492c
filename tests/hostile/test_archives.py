"""Archives made to hurt: what was read before a limit is kept, and what was not read is said."""

import gzip
import tarfile
import time
import zipfile
from collections.abc import Iterator
from functools import partial
from io import BytesIO

import pytest

from scanner.containers import Member
from scanner.engine import discover
from scanner.engine.budget import Limits
from scanner.model.source import Budget, Info, Magic, Source
from tests.engine.scanning import WORD, causes, examined, hits
from tests.hostile.archives import fanned_out, lying, nested, nested_gzip, overlapping, zipped
from tests.hostile.quines import gzip_quine, zip_quine

TIGHT = Limits(ratio=10, ratio_floor_bytes=1 << 20, memory_bytes=1 << 16)
MOST_S = 8.0
"""Of processor time, for a busy machine takes longer."""


@pytest.fixture(autouse=True)
def _in_time():
    before = time.process_time()
    yield
    assert time.process_time() - before < MOST_S


def all_causes(found: dict[str, set[str]]) -> set[str]:
    return {cause for each in found.values() for cause in each}


def test_a_flat_bomb_is_read_as_far_as_its_ratio_allows(tmp_path):
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(zipped(("a.txt", WORD.encode() + bytes(3 << 20)), ("b.txt", b"b")))
    answer = examined(bomb, TIGHT)
    assert hits(answer) == {"bomb.zip!/a.txt"}
    assert causes(answer)["bomb.zip!/a.txt"] == {"limit"}


def test_what_was_read_before_the_bomb_is_kept_and_the_rest_is_said_to_be_unread(tmp_path):
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(zipped(("a.txt", WORD.encode()), ("b.txt", bytes(3 << 20)), ("c.txt", WORD.encode() * 9)))
    answer = examined(bomb, TIGHT)
    assert "bomb.zip!/a.txt" in hits(answer)
    assert "bomb.zip!/c.txt" in hits(answer) or "bomb.zip!/c.txt" in causes(answer)
    assert causes(answer)["bomb.zip!/b.txt"] == {"limit"}


def test_a_bomb_of_many_archives_costs_no_more_than_one(tmp_path):
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(fanned_out(16, 3, bytes(100_000)))
    answer = examined(bomb, Limits(inflated_bytes=8 << 20, items=5000))
    assert "limit" in all_causes(causes(answer))


@pytest.mark.parametrize("make", [nested, partial(lambda _content, depth: nested_gzip(depth))])
def test_archives_in_archives_are_followed_so_deep_and_no_deeper(tmp_path, make):
    deep = tmp_path / "deep.gz"
    deep.write_bytes(make(zipped(("a.txt", WORD.encode())), 40))
    found = causes(examined(deep))
    assert all_causes(found) == {"limit"}
    assert max(locator.count("!/") for locator in found) == Limits().nesting


def test_within_the_limit_of_nesting_everything_is_read(tmp_path):
    deep = tmp_path / "deep.zip"
    deep.write_bytes(nested(zipped(("a.txt", WORD.encode())), 10))
    answer = examined(deep)
    assert hits(answer) == {"deep.zip" + "!/inner.zip" * 10 + "!/a.txt"}
    assert causes(answer) == {}


@pytest.mark.parametrize(("name", "make"), [("quine.gz", gzip_quine), ("quine.zip", zip_quine)])
def test_a_quine_is_unpacked_so_deep_and_no_deeper(tmp_path, name, make):
    quine = tmp_path / name
    quine.write_bytes(make())
    inner = gzip.decompress(make()) if name.endswith("gz") else zipfile.ZipFile(quine).read(name)
    assert inner == make(), "it does not hold itself"
    found = causes(examined(quine))
    assert all_causes(found) == {"limit"}
    assert max(locator.count("!/") for locator in found) == Limits().nesting


class Endless:
    """A container that holds itself, as a quine does."""

    INFO = Info(
        name="endless", version=1, line="For tests", specification="none", limits="none", magics=(Magic(b"endless"),)
    )
    RANDOM_ACCESS = True

    def __init__(self, copies: int) -> None:
        self._copies = copies

    def members(self, source: Source, budget: Budget) -> Iterator[Member]:
        for number in range(self._copies):
            budget.spend_items()
            name = f"{number}.endless"
            yield Member(name=name, kind="file", size=source.size, chunks=partial(self._chunks, source, budget))

    def _chunks(self, source: Source, budget: Budget) -> Iterator[bytes]:
        budget.spend_bytes(source.size)
        yield bytes(source.view())


@pytest.mark.parametrize("copies", [1, 3])
def test_an_archive_that_holds_itself_comes_to_an_end(tmp_path, monkeypatch, copies):
    monkeypatch.setattr(discover, "containers", lambda: (Endless(copies),))
    quine = tmp_path / "quine"
    quine.write_bytes(b"endless " + WORD.encode())
    found = causes(examined(quine, Limits(items=2000, nesting=12)))
    assert all_causes(found) == {"limit"}


def test_names_over_the_same_bytes_cost_what_they_make(tmp_path):
    bomb = tmp_path / "overlap.zip"
    bomb.write_bytes(overlapping(3000, WORD.encode() + bytes(500_000)))
    answer = examined(bomb, TIGHT)
    assert hits(answer)
    assert causes(answer)


@pytest.mark.parametrize("claimed", [0, 1, 5_000_000, 0xFFFFFFFE])
def test_a_size_that_lies_hides_nothing(tmp_path, claimed):
    path = tmp_path / "lying.zip"
    path.write_bytes(lying(b"x" * 100 + WORD.encode() + b"x" * 100, claimed))
    answer = examined(path)
    assert hits(answer) == {"lying.zip!/a.txt"}
    assert all_causes(causes(answer)) == {"damaged"}


def test_ten_thousand_folders_deep_in_a_name_are_one_name(tmp_path):
    path = tmp_path / "deep.zip"
    path.write_bytes(zipped(("a/" * 10_000 + "x.txt", WORD.encode()), ("../" * 10_000 + "y.txt", WORD.encode())))
    answer = examined(path)
    assert len(hits(answer)) == 2
    assert not any("../" in locator for locator in hits(answer))


def test_more_members_than_the_limit_are_said_to_be_unread(tmp_path):
    path = tmp_path / "many.zip"
    path.write_bytes(zipped(*((f"{n:05}.txt", WORD.encode()) for n in range(400))))
    answer = examined(path, Limits(items_per_artifact=100))
    (gap,) = [u for facts in answer.facts for u in facts.unread]
    assert "the rest was not read. " in gap.reason
    assert gap.reason.endswith(" entries were listed before.")
    assert "many.zip" in causes(answer)
    assert causes(answer)["many.zip"] == {"limit"}


def test_members_listed_before_the_listing_broke_are_kept(tmp_path):
    path = tmp_path / "cut.tar"
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("a.txt", "b.txt"):
            entry = tarfile.TarInfo(name)
            entry.size = 2000
            archive.addfile(entry, BytesIO(WORD.encode().ljust(2000)))
    path.write_bytes(out.getvalue()[:3600])
    answer = examined(path)
    assert "cut.tar!/a.txt" in hits(answer)
    assert all_causes(causes(answer)) == {"damaged"}


def test_a_member_larger_than_the_limit_of_one_is_read_up_to_it(tmp_path):
    path = tmp_path / "large.gz"
    path.write_bytes(gzip.compress(WORD.encode() + b"z" * (4 << 20), mtime=0))
    answer = examined(path, Limits(member_bytes=2 << 20))
    assert hits(answer) == {"large.gz!/large"}
    assert causes(answer) == {"large.gz!/large": {"limit"}}
    assert [u.reason for facts in answer.facts for u in facts.unread] == [
        "It is larger than the scan's limit for one file; the rest was not read. 2,097,152 bytes were read."
    ]


def test_links_and_devices_in_an_archive_are_never_followed(tmp_path):
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind in (
            ("a", tarfile.SYMTYPE),
            ("b", tarfile.LNKTYPE),
            ("c", tarfile.CHRTYPE),
            ("d", tarfile.FIFOTYPE),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    answer = examined(path)
    assert hits(answer) == set()
    assert not any(b"root:" in str(facts).encode() for facts in answer.facts)


def test_a_source_is_the_same_whether_held_or_mapped(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(("a.txt", b"q" * 70_000 + WORD.encode())))
    held, spooled = examined(path, Limits()), examined(path, TIGHT)
    assert (hits(held), causes(held)) == (hits(spooled), causes(spooled))
