"""Compressed files: of one stream and of many, cut, damaged, and made to burst."""

import bz2
import gzip
import io
import lzma
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import compressed, streams
from tests.budgets import CountingBudget
from tests.containers.opening import assert_it_survives, damaged, opened

TEXT = b"All the faces of a city. " * 200


def zstandard(content: bytes) -> bytes:
    return bytes(streams._zstd().compress(content))


MAKERS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda content: lzma.compress(content, lzma.FORMAT_ALONE),
    "zst": zstandard,
}


@pytest.mark.parametrize("ending", MAKERS)
def test_the_one_file_in_it_is_read(ending):
    data = MAKERS[ending](TEXT)
    assert compressed.wants(f"face.txt.{ending}", data)
    assert opened(compressed, data, f"face.txt.{ending}").contents == {"face.txt": TEXT}


@pytest.mark.parametrize("ending", MAKERS)
def test_a_piece_is_never_larger_than_a_mebibyte(ending):
    data = MAKERS[ending](bytes(5 << 20))
    assert opened(compressed, data).contents == {"a.bin": bytes(5 << 20)}


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz", "zst"])
def test_streams_that_follow_each_other_are_one_file(ending):
    data = MAKERS[ending](TEXT) + MAKERS[ending](b"and more") + MAKERS[ending](b"")
    assert opened(compressed, data).contents == {"a.bin": TEXT + b"and more"}


@pytest.mark.parametrize("ending", MAKERS)
def test_what_hides_behind_the_end_is_a_member(ending):
    found = opened(compressed, MAKERS[ending](TEXT) + bytes(8) + b"hidden")
    assert found.contents == {"a.bin": TEXT, "(behind the end)": b"hidden"}
    assert "behind the end of the archive" in found.notes("(behind the end)")


@pytest.mark.parametrize("ending", MAKERS)
def test_zeros_behind_the_end_are_nothing(ending):
    assert list(opened(compressed, MAKERS[ending](TEXT) + bytes(512)).contents) == ["a.bin"]


@pytest.mark.parametrize("ending", MAKERS)
def test_a_cut_file_keeps_what_came_before(ending):
    content = bytes(range(256)) * 8192
    found = opened(compressed, MAKERS[ending](content)[:-9])
    assert found.causes() == {"a.bin": "damaged"}
    assert content.startswith(found.contents["a.bin"])


@pytest.mark.parametrize("ending", MAKERS)
def test_a_bomb_stops_at_the_budget(ending):
    budget = CountingBudget(bytes=3 << 20)
    found = opened(compressed, MAKERS[ending](bytes(16 << 20)), budget=budget)
    assert found.causes() == {"a.bin": "limit"}
    assert 1 << 20 < len(found.contents["a.bin"]) <= 3 << 20


def test_many_empty_streams_are_counted():
    found = opened(compressed, gzip.compress(b"") * 500, budget=CountingBudget(items=100))
    assert found.causes() == {"a.bin": "limit"}


def test_a_wrong_checksum_is_told():
    data = bytearray(gzip.compress(TEXT))
    data[-8] ^= 1
    assert opened(compressed, bytes(data)).causes() == {"a.bin": "damaged"}


def test_a_stream_that_looks_back_too_far_is_not_read():
    data = lzma.compress(TEXT, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 512 << 20}])
    found = opened(compressed, data)
    assert found.causes() == {"a.bin": "limit"}
    assert "128 MiB" in found.problems["a.bin"].reason


def test_a_zstandard_stream_that_looks_back_too_far_is_not_read():
    wide = bytearray(zstandard(TEXT))
    wide[4:5] = b"\0\xb0"  # a window of 4 GiB instead of the content's size
    assert opened(compressed, bytes(wide[:4] + b"\0\xb0" + wide[6:])).causes() == {"a.bin": "limit"}


@pytest.mark.parametrize(
    ("name", "inner"),
    [("a.tgz", "a.tar"), ("A.TAR.GZ", "A.TAR"), ("logo.svgz", "logo.svg"), ("a.crate", "a.tar"), ("plain", "plain")],
)
def test_the_name_loses_its_ending(name, inner):
    assert list(opened(compressed, gzip.compress(TEXT), name).contents) == [inner]


def named(original: bytes) -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(filename=original.decode("latin-1"), mode="wb", fileobj=out) as made:
        made.write(TEXT)
    return out.getvalue()


def test_a_file_without_an_ending_takes_the_name_in_its_header():
    assert list(opened(compressed, named(b"face.py"), "backup").contents) == ["face.py"]


def test_a_name_in_the_header_leads_nowhere():
    data = b"\x1f\x8b\x08\x08" + bytes(6) + b"../../etc/..\0" + gzip.compress(TEXT)[10:]
    assert list(opened(compressed, data, "backup").contents) == ["\\x2e\\x2e"]


def test_a_member_can_be_read_twice():
    from tests.sources import BytesSource

    (member,) = list(compressed.members(BytesSource("a.gz", gzip.compress(TEXT)), CountingBudget()))
    assert [b"".join(member.chunks()) for _ in range(2)] == [TEXT, TEXT]


def test_a_stream_that_unpacks_to_itself_is_one_level_at_a_time():
    """The engine's limit of nesting ends it; the container only ever opens the one level it was asked for."""
    inner = data = gzip.compress(b"end")
    for _ in range(20):
        data = gzip.compress(data)
    levels = 0
    while data != inner:
        (data,) = opened(compressed, data).contents.values()
        levels += 1
    assert levels == 20


@pytest.mark.parametrize(
    "head", [b"", b"BZh91 is the name of a bus", b"\x5d\0\0\x80\0", b"\x5d\0\0\0\0" + b"text" * 4, zlib.compress(TEXT)]
)
def test_what_only_looks_compressed_is_not_wanted(head):
    assert not compressed.wants("notes.lzma", head)


def test_the_parts_of_a_disk_image_are_not_taken_for_one_file():
    assert not compressed.wants("installer.dmg", bz2.compress(TEXT))


@pytest.mark.parametrize("ending", MAKERS)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_damage_gives_members_or_a_reason(ending, data):
    assert_it_survives(compressed, data.draw(damaged(MAKERS[ending](TEXT))))
