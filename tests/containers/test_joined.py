"""Pieces of a mapped file side by side."""

import gc
import mmap
import sys
from pathlib import Path

import pytest

from scanner.containers.disks import PlainDisk, lying
from scanner.containers.joined import joined
from scanner.engine.budget import Allowance, Limits

PAGE = mmap.PAGESIZE
CONTENT = b"".join(bytes([number]) * PAGE for number in range(1, 9))


@pytest.fixture
def mapped(tmp_path):
    path = tmp_path / "image"
    path.write_bytes(CONTENT)
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def pieces_of(mapped, *extents):
    size = sum(length for _, length in extents)
    return lying(PlainDisk(mapped), extents, size, Allowance.for_file(Limits()))


def mappings() -> int:
    return Path("/proc/self/maps").read_text().count("\n")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot map pages once more")
def test_extents_and_holes_come_side_by_side_and_go_with_their_last_view(mapped):
    pieces = pieces_of(mapped, (4 * PAGE, 2 * PAGE), (None, 3 * PAGE), (PAGE, PAGE), (6 * PAGE, 5))
    before = mappings()
    whole = joined(pieces)
    part = whole[2 * PAGE - 1 : 5 * PAGE + 1]
    assert bytes(whole) == b"".join(pieces)
    assert whole.readonly
    del whole, pieces
    gc.collect()
    assert bytes(part) == b"\6" + bytes(3 * PAGE) + b"\2"
    del part
    gc.collect()
    assert mappings() <= before


def test_what_does_not_lie_on_whole_pages_of_a_file_is_left_to_be_copied(mapped):
    for extents in ([(0, PAGE - 1), (PAGE, PAGE)], [(1, PAGE), (2 * PAGE, PAGE)]):
        assert joined(pieces_of(mapped, *extents)) is None
    assert joined([memoryview(bytes(PAGE)), mapped[:PAGE]]) is None
    assert joined([mapped[:PAGE]] * 5000) is None
