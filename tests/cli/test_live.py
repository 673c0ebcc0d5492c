"""Progress on standard error: what it says, where, and how often."""

import io

import pytest

from scanner.cli import live
from scanner.cli.live import Live
from scanner.engine.reading import Progress
from scanner.engine.scan import Settings, scan
from tests.catalogues import catalogue, indicator, technology

HALF = Progress(files=10_000, files_done=5_000, bytes=200_000_000, bytes_done=100_000_000, current="lib/lib\x1bx.so")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    """What time it is: a list of one number, to be moved on."""
    now = [1000.0]
    monkeypatch.setattr(live.time, "monotonic", lambda: now[0])
    return now


def shown(monkeypatch, clock, stream, *, seconds: float, times: int, progress: Progress = HALF, quiet=False) -> str:
    monkeypatch.setattr(live.sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with Live(quiet=quiet) as watched:
        for _ in range(times):
            clock[0] += seconds
            watched.watch(progress)
    return str(stream.getvalue())


def test_without_a_terminal_there_is_a_whole_line_every_thirty_seconds(monkeypatch, clock):
    text = shown(monkeypatch, clock, io.StringIO(), seconds=1, times=95)
    lines = text.splitlines()
    assert len(lines) == 3
    assert lines[0] == ("frscan: 5,000 of 10,000 files, 100 of 200 MB, 3.3 MB/s, 30 s left, lib/lib\\x1bx.so")
    assert "\x1b" not in text


def test_on_a_terminal_one_line_is_kept_up_to_date_and_removed_at_the_end(monkeypatch, clock):
    monkeypatch.setattr(live.shutil, "get_terminal_size", lambda: type("Size", (), {"columns": 40}))
    text = shown(monkeypatch, clock, Terminal(), seconds=0.1, times=10)
    pieces = text.split("\r\x1b[K")
    assert 3 <= len(pieces) - 2 <= 6
    assert all(len(piece) < 40 for piece in pieces)
    assert pieces[-1] == ""


@pytest.mark.parametrize(
    ("seconds", "left"), [(40, "40 s"), (630, "10 min"), (36_000, "10 h 00 min"), (5_900, "98 min"), (99.4, "99 s")]
)
def test_the_time_left_is_said_as_people_say_it(monkeypatch, clock, seconds, left):
    text = shown(monkeypatch, clock, io.StringIO(), seconds=seconds, times=1)
    assert f"MB/s, {left} left, " in text


def test_before_anything_is_done_the_time_left_is_not_known(monkeypatch, clock):
    begun = Progress(files=3, bytes=10, current="a.iso")
    assert "time left not known yet, a.iso" in shown(
        monkeypatch, clock, io.StringIO(), seconds=31, times=1, progress=begun
    )


def test_of_a_file_that_takes_long_it_says_how_much_of_what_is_inside_is_done(monkeypatch, clock):
    image = Progress(files=1, bytes=2_000_000_000, inside_files=1_200, inside_bytes=310_000_000, current="a.img!/x")
    text = shown(monkeypatch, clock, io.StringIO(), seconds=31, times=1, progress=image)
    assert "0 of 2,000 MB and 1,200 files (310 MB) inside them, 10.0 MB/s, time left not known yet, a.img!/x" in text


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_that_the_signatures_are_compiled_is_said_at_once(monkeypatch, clock, stream):
    preparing = Progress(is_preparing=True)
    assert "preparing the signatures" in shown(monkeypatch, clock, stream(), seconds=0.01, times=1, progress=preparing)


def test_while_files_are_counted_it_says_how_many_there_are(monkeypatch, clock):
    counting = Progress(files=123_000, current="usr/lib/x", is_listing=True)
    text = shown(monkeypatch, clock, io.StringIO(), seconds=31, times=1, progress=counting)
    assert text == "frscan: 123,000 files found so far, usr/lib/x\n"


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_nothing_is_shown_where_that_is_asked_or_the_scan_is_short(monkeypatch, clock, stream):
    assert shown(monkeypatch, clock, stream(), seconds=60, times=3, quiet=True) == ""
    assert shown(monkeypatch, clock, stream(), seconds=0.01, times=3) == ""


def test_a_scan_tells_how_far_it_is_until_all_of_it_is_done(tmp_path):
    for number in range(40):
        (tmp_path / f"{number}.txt").write_text("x" * number)
    told: list[tuple[int, int, int, int]] = []

    def watch(progress: Progress) -> None:
        told.append((progress.files_done, progress.files, progress.bytes_done, progress.bytes))

    scan([tmp_path], Settings(jobs=2, uses_cache=False), watch, catalogue(technology(indicator("string", "acme_word"))))
    assert told == sorted(told)
    assert told[-1] == (40, 40, sum(range(40)), sum(range(40)))
