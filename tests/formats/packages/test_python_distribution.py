"""The reader of Python's package metadata."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.packages import python_distribution
from scanner.model.observation import Package
from scanner.model.vocabulary import Cause
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
    assert read(python_distribution, BytesSource("METADATA", METADATA.replace(b"\n", newline))) == [
        Package(purl="pkg:pypi/some-vendor-sdk", version="1.4.0", role="installed", place="Name header"),
        Package(purl="pkg:pypi/numpy", role="declares", place="Requires-Dist[0]"),
        Package(purl="pkg:pypi/exact-pin", version="2.0.1", role="declares", place="Requires-Dist[1]"),
        Package(purl="pkg:pypi/extra-thing", role="declares", place="Requires-Dist[2]"),
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


@given(data=st.binary(max_size=300), cut=st.integers(0, len(METADATA)))
def test_mutated_metadata_gives_observations_or_unreadable(data: bytes, cut: int):
    read_until_stopped(python_distribution, BytesSource("PKG-INFO", METADATA[:cut] + data + METADATA[cut:]))
