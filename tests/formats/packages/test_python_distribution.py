"""The reader of Python's package metadata."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.packages import python_distribution
from scanner.model.observation import Owns, Package
from scanner.model.vocabulary import Cause, Scope
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

METADATA = b"""Metadata-Version: 2.1
Name: Some_Vendor.SDK
Version: 1.4.0
Classifier: Topic :: Scientific
License: a licence
        that continues: here
Requires-Dist: numpy (>=1.21)
Requires-Dist: Exact_Pin==2.0.1 ; python_version < "4"
Requires-Dist: extra.thing[all]>=3; extra == 'gpu'
Requires-Dist: direct @ file:///x
Requires-Dist: !broken

Name: in the description
Requires-Dist: also-not-a-requirement
"""


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_metadata_gives_the_package_and_what_it_requires(newline: bytes):
    found = read(python_distribution, BytesSource("METADATA", METADATA.replace(b"\n", newline)))
    assert [fact for fact in found if isinstance(fact, Package)] == [
        Package(purl="pkg:pypi/some-vendor-sdk", version="1.4.0", role="installed", place="Name header"),
        Package(purl="pkg:pypi/numpy", role="declares", place="Requires-Dist[0]"),
        Package(purl="pkg:pypi/exact-pin", version="2.0.1", role="declares", place="Requires-Dist[1]"),
        Package(purl="pkg:pypi/extra-thing", role="declares", scope=Scope.EXTRA, place="Requires-Dist[2]"),
        Package(purl="pkg:pypi/direct", role="declares", place="Requires-Dist[3]"),
    ]


def test_metadata_without_a_name_keeps_its_requirements_and_is_damaged():
    found, stopped = read_until_stopped(
        python_distribution, BytesSource("METADATA", b"Metadata-Version: 2.1\nRequires-Dist: numpy\n")
    )
    assert [fact.purl for fact in found if isinstance(fact, Package)] == ["pkg:pypi/numpy"]
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_a_header_without_an_end_stops_at_a_limit():
    data = b"Metadata-Version: 2.1\nName: x\n" + b"Keywords: y\n" * 400_000
    found, stopped = read_until_stopped(python_distribution, BytesSource("METADATA", data))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.LIMIT


@pytest.mark.parametrize(("head", "wanted"), [(METADATA, True), (b"title: notes\n", False), (b"", False)])
def test_a_file_of_that_common_name_is_wanted_only_with_its_first_field(head: bytes, wanted: bool):
    assert python_distribution.wants("metadata", head) is wanted


def owned(name: str = "METADATA", **neighbours: bytes) -> list[str]:
    files = {key.replace("__", "."): value for key, value in neighbours.items()}
    found = read(python_distribution, BytesSource(name, METADATA, neighbours=files))
    facts = [fact for fact in found if isinstance(fact, Owns)]
    assert all(fact.purl == "pkg:pypi/some-vendor-sdk" and fact.version == "1.4.0" for fact in facts)
    return [fact.path for fact in facts]


def test_a_record_gives_import_packages_as_folders_and_the_rest_as_files():
    record = b"""vendor/__init__.py,sha256=x,1
vendor/deep/core.py,,
_vendor.cpython-311-x86_64-linux-gnu.so,,
__pycache__/single.cpython-311.pyc,,
single.py,,
"odd,name.py",sha256=x,1
some_vendor_sdk-1.4.0.dist-info/METADATA,,
some_vendor_sdk-1.4.0.dist-info/licenses/LICENSE,,
some_vendor_sdk.libs/libx.so,,
../../../bin/vendor,,
/etc/absolute,,
C:\\absolute,,
"""
    assert owned(RECORD=record) == [
        "../../../../bin/vendor",
        "../__pycache__/single.cpython-311.pyc",
        "../_vendor.cpython-311-x86_64-linux-gnu.so",
        "../odd,name.py",
        "../single.py",
        "../some_vendor_sdk-1.4.0.dist-info/",
        "../some_vendor_sdk.libs/",
        "../vendor/",
    ]


def test_a_namespace_that_others_share_is_looked_into():
    record = b"big/cloud/vision/__init__.py,,\nbig/cloud/vision/x.py,,\nbig/cloud/py.typed,,\nbig/vision.pth,,\n"
    assert owned(RECORD=record) == ["../big/cloud/py.typed", "../big/cloud/vision/", "../big/vision.pth"]


def test_very_many_files_leave_the_import_packages():
    record = b"vendor/__init__.py,,\n" + b"".join(b"share/%d.txt,,\n" % number for number in range(2000))
    assert owned(RECORD=record) == ["../vendor/"]


def test_without_a_record_modules_are_told_by_top_level_or_by_name():
    assert owned(top_level__txt=b"vendor\n_vendor\n../up\n") == [
        "./", "../vendor/", "../vendor.py", "../_vendor/", "../_vendor.py",
    ]  # fmt: skip
    assert owned() == ["./", "../Some_Vendor_SDK/", "../Some_Vendor_SDK.py"]


def test_an_eggs_own_list_of_files_is_preferred():
    found = read(
        python_distribution,
        BytesSource(
            "PKG-INFO",
            METADATA,
            neighbours={"top_level.txt": b"x", "installed-files.txt": b"../a/__init__.py\n../a/b.py\nPKG-INFO\n"},
        ),
    )
    assert [fact.path for fact in found if isinstance(fact, Owns)] == ["./", "../a/", "PKG-INFO"]


def test_an_eggs_namespace_is_told_by_its_sources():
    assert owned(
        "PKG-INFO",
        top_level__txt=b"big",
        namespace_packages__txt=b"big\nbig.cloud\n",
        SOURCES__txt=b"setup.py\nsrc/big/__init__.py\nsrc/big/cloud/__init__.py\nsrc/big/cloud/own/__init__.py\n",
    ) == ["./", "../big/cloud/own/"]


def test_a_source_distribution_owns_its_folder_and_a_lone_egg_info_nothing():
    assert owned("PKG-INFO") == ["./"]
    assert owned("vendor-1.4.0.egg-info") == []


@given(data=st.binary(max_size=300), cut=st.integers(0, len(METADATA)))
def test_mutated_metadata_gives_observations_or_unreadable(data: bytes, cut: int):
    neighbours = {"RECORD": data, "top_level.txt": data}
    mutated = METADATA[:cut] + data + METADATA[cut:]
    read_until_stopped(python_distribution, BytesSource("PKG-INFO", mutated, neighbours=neighbours))
