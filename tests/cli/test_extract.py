"""`frscan extract`: the bytes at a place that a report names."""

import gzip
import zipfile

import pytest

from scanner.cli import extract as command
from tests.commands import FIXTURES, frscan_here
from tests.containers.test_container_image import archive, saved

DEMO = FIXTURES / "android" / "demo.apk"


def test_it_writes_what_lies_there(tmp_path):
    with zipfile.ZipFile(DEMO) as app:
        kept = app.read("classes.dex")
    assert frscan_here("extract", f"{DEMO}!/classes.dex", "-o", tmp_path / "it").status == 0
    assert (tmp_path / "it").read_bytes() == kept
    assert frscan_here("extract", DEMO, "-o", tmp_path / "it").status == 0
    assert (tmp_path / "it").read_bytes() == DEMO.read_bytes()


def test_it_finds_its_way_through_archives_and_layers(tmp_path):
    image = saved(archive({"app/a.py": b"one"}), archive({"app/b.py.gz": gzip.compress(b"two")}))
    with zipfile.ZipFile(tmp_path / "odd!", "w") as outer:
        outer.writestr("image.tar", image)
    ran = frscan_here("extract", f"{tmp_path / 'odd!'}!/image.tar!/app/b.py.gz!/b.py")
    assert (ran.status, ran.out, ran.err) == (0, "two", "")


@pytest.mark.parametrize(
    ("locator", "says"),
    [
        ("none.apk!/x", "There is no file none.apk."),
        (f"{DEMO}!/x", "opened, and nothing called x lies in it"),
    ],
)
def test_a_place_that_is_not_there_is_told(locator, says):
    ran = frscan_here("extract", locator)
    assert (ran.status, ran.out) == (2, "")
    assert says in ran.err


def test_what_breaks_off_is_written_as_far_as_it_goes_and_told(tmp_path):
    whole = gzip.compress(bytes(range(256)) * 4096, compresslevel=0)
    (tmp_path / "broken.gz").write_bytes(whole[: len(whole) // 2])
    ran = frscan_here("extract", f"{tmp_path / 'broken.gz'}!/broken", "-o", tmp_path / "it")
    assert ran.status == 3
    assert "broken.gz!/broken: " in ran.err
    assert 0 < (tmp_path / "it").stat().st_size < 1 << 20


def test_a_terminal_is_not_filled_with_bytes(monkeypatch):
    monkeypatch.setattr(command.sys, "stdout", type("Terminal", (), {"isatty": staticmethod(lambda: True)}))
    with pytest.raises(command.typer.Exit) as refused:
        command.extract(str(DEMO))
    assert refused.value.exit_code == 2
