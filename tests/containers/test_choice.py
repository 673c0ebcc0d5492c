"""Which container an artifact is given to, whatever it is called."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from scanner.containers import containers
from scanner.engine.discover import Table, Wanted
from scanner.model.source import HEAD_BYTES
from tests.sources import BytesSource

TABLE = Table()


def chosen(name: str, data: bytes) -> Wanted:
    return TABLE.wanted(name, data[:HEAD_BYTES], BytesSource(name, data))


def names(wanted: Wanted) -> list[str]:
    return [container.INFO.name for container in wanted.containers]


def tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        made.addfile(tarfile.TarInfo("a"))
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a", "a")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (tar(), "tar"),
        (gzip.compress(b"a", mtime=0), "compressed"),
        (bz2.compress(b"a"), "compressed"),
        (lzma.compress(b"a"), "compressed"),
        (zipped(), "zip"),
        (b"Cr24" + zipped(), "crx"),
        (b"!<arch>\ndebian-binary   ", "deb"),
        (b"!<arch>\n/               ", "ar"),
        (b"MSCF\0\0\0\0", "cab"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (bytes(32768) + b"\1CD001\1", "iso"),
    ],
)
@pytest.mark.parametrize("name", ["backup.dat", "x", "photo.txt"])
def test_a_renamed_archive_is_known_by_its_content(name, data, expected):
    wanted = chosen(name, data)
    assert names(wanted) == [expected]
    assert wanted.type == expected
    assert wanted.is_seen_through


def test_a_program_with_an_appended_archive_stays_a_program():
    data = b"#!/bin/sh\n" + zipped()
    wanted = chosen("run.sh", data)
    assert names(wanted) == []
    assert "appended-zip" in [container.INFO.name for container in wanted.sought]
    assert wanted.type != "appended-zip"
    assert not wanted.is_seen_through


@pytest.mark.parametrize(
    "data", [b"#!/bin/sh\nls\n", b"\x7fELF" + bytes(200), b"MZ" + bytes(200), bytes(5000), b"text"]
)
def test_what_holds_no_archive_is_given_to_none(data):
    assert names(chosen("x.bin", data)) == []


def test_a_format_that_is_not_read_gives_its_name_and_its_bytes_are_scanned():
    wanted = chosen("old.dat", b"Rar!\x1a\x07\1\0")
    assert names(wanted) == ["not-read"]
    assert wanted.type == "rar"
    assert not wanted.is_seen_through


def test_a_disc_image_that_can_start_a_computer_is_read_as_a_disc():
    data = bytearray(40_000)
    data[510:512] = b"\x55\xaa"
    data[446:462] = b"\x80\0\0\0\x17\0\0\0\1\0\0\0\1\0\0\0"
    data[32768:32774] = b"\1CD001"
    assert names(chosen("linux.img", bytes(data) + bytes(1 << 20))) == ["iso"]


@pytest.mark.parametrize("container", containers(), ids=lambda container: container.INFO.name)
def test_every_container_says_what_it_is(container):
    info = container.INFO
    assert info.name == info.name.lower().replace("_", "-")
    assert info.line
    assert info.specification.startswith("https://")
    assert info.limits
    assert info.names or info.suffixes or info.magics
    assert isinstance(container.RANDOM_ACCESS, bool)
