"""A reader that stops half-way holds no lock on the artifact's bytes, which would crash the garbage collector."""

import gc
import re
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import macho
from scanner.formats.buffers import matches_in, rows_of
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.formats.apple_files import macho_with
from tests.sources import BytesSource

WORD = re.compile(rb"[a-c]+")


@pytest.mark.parametrize("walk", [lambda view: matches_in(WORD, view), lambda view: rows_of(struct.Struct("<H"), view)])
def test_a_walk_that_is_left_half_way_does_not_lock_the_view(walk):
    view = memoryview(bytearray(b"ab cd ab cd!"))
    half_way = walk(view)
    next(half_way)
    view.release()  # raises BufferError where somebody holds it


def test_a_part_of_a_row_at_the_end_is_left_out():
    assert list(rows_of(struct.Struct("<H"), memoryview(b"\1\0\2\0\3"))) == [(1,), (2,)]


@given(data=st.binary(max_size=60), start=st.integers(0, 20), end=st.none() | st.integers(0, 70))
def test_matches_are_those_that_the_pattern_finds(data, start, end):
    wanted = [m.span() for m in WORD.finditer(data, start, len(data) if end is None else end)]
    assert [m.span() for m in matches_in(WORD, memoryview(data), start, end)] == wanted


def test_damaged_programs_leave_nothing_that_the_garbage_collector_cannot_take():
    program = macho_with(undefined=("_acme_compare", "_puts"))
    gc.freeze()  # what was there before is not looked through again for every damage
    for at in range(0, len(program), 9):
        data = program[:at] + b"\xff\xff" + program[at + 2 :]
        try:
            list(macho.observe(BytesSource("Shop", data), CountingBudget(items=20_000, bytes=1 << 22)))
        except Unreadable as stopped:
            kept = stopped  # in a cycle with this frame, as every exception is that is kept
            assert kept.reason
        gc.collect()
    gc.unfreeze()
