"""Kotlin module files: what a renamed app still says of the libraries in it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import kotlin_module
from scanner.model.observation import ClassName
from tests.commands import scanned
from tests.formats.bundle_manifest import field
from tests.formats.reading import read, read_until_stopped
from tests.hostile.archives import zipped
from tests.sources import BytesSource


def module(package: str, *classes: str, version: tuple[int, ...] = (2, 1, 0)) -> bytes:
    parts = field(1, package.encode()) + b"".join(field(2, name.encode()) for name in classes)
    flags = b"\0\0\0\0" if version >= (1, 4) else b""
    return struct.pack(f">{1 + len(version)}I", len(version), *version) + flags + field(1, parts) + b"\x2a\0"


def source(data: bytes) -> BytesSource:
    return BytesSource("sdk_release.kotlin_module", data)


@pytest.mark.parametrize("version", [(1, 1, 2), (1, 4, 0), (2, 1, 0)])
def test_each_class_is_told_with_its_package_whatever_the_version(version):
    found = read(kotlin_module, source(module("com.acme.face", "MatchKt", "UtilKt", version=version)))
    assert found == [
        ClassName(language="java", role="defines", name=f"com.acme.face.{name}", place="package_parts[0]")
        for name in ("MatchKt", "UtilKt")
    ]


def test_an_app_whose_classes_were_renamed_still_names_the_library(tmp_path):
    app = tmp_path / "door.apk"
    app.write_bytes(zipped(("META-INF/sdk_release.kotlin_module", module("com.facetec.sdk", "SessionKt"))))
    (finding,) = scanned(app)["findings"]
    assert (finding["technology"]["id"], finding["presence"]) == ("facetec", "present")
    assert finding["evidence"][0]["locator"] == "door.apk!/META-INF/sdk_release.kotlin_module"


@given(cut=st.integers(0, 60), at=st.integers(0, 60), value=st.integers(0, 255))
def test_changed_files_give_classes_or_unreadable(cut, at, value):
    data = bytearray(module("com.acme", "AKt", "BKt"))
    data[at % len(data)] = value
    read_until_stopped(kotlin_module, source(bytes(data[:cut])))
