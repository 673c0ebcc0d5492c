import os

import pytest

from scanner.engine.sources import BytesSource, OpenFile
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause


def test_a_view_past_the_end_is_shorter_and_no_error():
    source = BytesSource("x", b"abcdef")
    assert bytes(source.view(4, 10)) == b"ef"
    assert bytes(source.view(9)) == b""
    assert bytes(source.view(-3, 2)) == b"ab"


def test_a_stream_over_a_source_reads_and_seeks_like_a_file():
    stream = BytesSource("x", b"abcdef").open()
    assert stream.read(2) == b"ab"
    stream.seek(-1, os.SEEK_END)
    assert stream.read() == b"f"


@pytest.mark.parametrize("size", [0, 10, (1 << 20) - 1, 1 << 20, (1 << 20) + 1])
def test_small_files_are_read_and_large_ones_mapped_with_the_same_bytes(tmp_path, size):
    path = tmp_path / "file.bin"
    path.write_bytes(os.urandom(size))
    with OpenFile(path) as source:
        assert source.size == size
        assert bytes(source.view()) == path.read_bytes()


def test_a_neighbour_is_a_file_beside_it_and_never_a_path(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"a")
    (tmp_path / "b.txt").write_bytes(b"b")
    with OpenFile(tmp_path / "a.txt") as source:
        neighbour = source.group("b.txt")
        assert neighbour is not None
        assert bytes(neighbour.view()) == b"b"
        assert source.group("../" + tmp_path.name + "/b.txt") is not None
        assert source.group("../../" + tmp_path.parent.name + "/" + tmp_path.name + "/b.txt") is None
        assert source.group("../" + tmp_path.name + "/../" + tmp_path.name + "/b.txt") is None
        assert source.group("..") is None
        assert source.group("missing") is None


def test_a_file_that_went_away_is_said_to_have_vanished(tmp_path):
    with pytest.raises(Unreadable) as stopped, OpenFile(tmp_path / "gone"):
        pass
    assert stopped.value.cause is Cause.VANISHED
    assert str(tmp_path) not in stopped.value.reason
