"""How files are dealt out: one large image leaves no core idle, and nothing depends on who read which part."""

import gzip
import os

import pytest

from scanner.containers import Member
from scanner.engine import batches
from scanner.engine.batches import batches_of
from scanner.engine.dealing import Dealer
from scanner.targets import Entry, stat_of
from tests.engine.scanning import WORD, encoded, evil, found_in, innocent, scanned, unread_in
from tests.hostile.archives import zipped

MEMBERS = 30


@pytest.fixture
def large(target, monkeypatch):
    """An archive that counts as large, with the word in every member."""
    monkeypatch.setattr(batches, "SPLIT_FROM_BYTES", 1000)
    content = zipped(*((f"{n}.txt", WORD.encode() + os.urandom(100)) for n in range(MEMBERS)))
    (target / "large.zip").write_bytes(content)
    return target


def dealt(folder, jobs: int) -> list[tuple[tuple[str, ...], tuple[int, int]]]:
    entries = [Entry(str(folder), path.name, stat_of(path.stat())) for path in sorted(folder.iterdir())]
    return [(batch.names, batch.part) for batch, _ in batches_of(str(folder), "", entries, jobs, is_target=False)]


def test_a_large_archive_is_dealt_out_by_its_members_where_these_can_be_reached_in_any_order(large):
    (large / "small.txt").write_text("x")
    (large / "stream.gz").write_bytes(gzip.compress(os.urandom(3000)))
    parts = [part for names, part in dealt(large, jobs=2) if names == ("large.zip",)]
    assert parts == [(0, 2), (1, 2)]
    assert {part for names, part in dealt(large, jobs=2) if names != ("large.zip",)} == {(0, 1)}
    assert {part for _, part in dealt(large, jobs=1)} == {(0, 1)}


def test_one_archive_that_is_most_of_what_there_is_to_read_is_dealt_out_though_it_is_smaller(large, monkeypatch):
    monkeypatch.setattr(batches, "SPLIT_FROM_BYTES", 1 << 30)
    monkeypatch.setattr(batches, "SPLIT_ALONE_FROM_BYTES", 1000)
    assert [part for _, part in dealt(large, jobs=2)] == [(0, 2), (1, 2)]
    (large / "other.txt").write_text("x" * (1 << 20))
    assert {part for _, part in dealt(large, jobs=2)} == {(0, 1)}


def test_members_are_dealt_out_by_their_sizes_whatever_these_claim_to_be():
    sizes = [1 << 62, 5 << 20, 1, 4 << 20, -1, 1]
    members = [Member(name=str(n), kind="file", size=size, chunks=lambda: iter(())) for n, size in enumerate(sizes)]
    shares = [list(map(Dealer((part, 3)).is_ours, members)) for part in range(3)]
    assert [[n for n, ours in enumerate(share) if ours] for share in shares] == [[0], [1], [2, 3, 4, 5]]


def test_a_scan_says_the_same_of_an_archive_that_is_dealt_out(large):
    whole, in_parts = scanned(large, jobs=1), scanned(large, jobs=2)
    assert len(found_in(whole)) == MEMBERS
    assert encoded(in_parts) == encoded(whole)
    assert in_parts.coverage == whole.coverage


def test_a_member_that_ends_a_worker_costs_itself_in_an_archive_that_is_dealt_out_too(large):
    members = [(f"{n}.txt", WORD.encode()) for n in range(9)]
    (large / "large.zip").write_bytes(
        zipped(*members, ("x.evil", b"exit 3\n" + os.urandom(3000)), ("z.txt", WORD.encode()))
    )
    report = scanned(large, jobs=2)
    assert unread_in(report) == {"large.zip!/x.evil": "crashed"}
    assert len(found_in(report)) == 10


def test_the_largest_files_go_first_and_what_is_lost_together_is_small(target):
    innocent(target, [f"{n}.txt" for n in range(40)])
    evil(target, "large", "nothing", size=9 << 20)
    names = [names for names, _ in dealt(target, jobs=2)]
    assert names[0] == ("large.evil",)
    assert max(map(len, names[1:])) <= 40 // 8 + 1
