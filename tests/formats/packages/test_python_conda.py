"""The reader of conda's files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats.packages import conda
from scanner.model.observation import Observation, Owns, Package
from scanner.model.vocabulary import Cause
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

ENVIRONMENT = b"""\
name: door
channels:
  - not-a-package
dependencies:
  - python=3.10
  - conda-forge::Vendor=1.0=py310_0
  - "quoted>=2"   # why
  - plain
  - pip
  - pip:
      - from-pip==3.0
      - git+https://example.invalid/x/from-git
  - after
variables:
  - not-this
"""
LOCK = b"""\
version: 1
metadata:
  content_hash:
    linux-64: abc
package:
- name: vendor
  version: 1.0
  manager: conda
  dependencies:
    name: not-this
- manager: pip
  name: from-pip
  version: '3.0'
"""
EXPLICIT = b"""\
# platform: linux-64
@EXPLICIT
https://example.invalid/conda-forge/linux-64/some-vendor-1.0-py310_0.conda#0123
https://example.invalid/main/noarch/other-2.1-0.tar.bz2
"""
INSTALLED = b"""{"build_number": 0, "depends": [], "name": "vendor", "version": "1.0", "files": [
 "lib/python3.10/site-packages/vendor/__init__.py", "lib/python3.10/site-packages/vendor/x.py", "lib/libvendor.so"]}"""


def packages(found: list[Observation]) -> list[tuple[str, str, str]]:
    return [(fact.purl.removeprefix("pkg:"), fact.version, fact.place) for fact in found if isinstance(fact, Package)]


def test_an_environment_gives_its_packages_and_those_of_pip():
    assert packages(read(conda, BytesSource("environment.yml", ENVIRONMENT))) == [
        ("conda/python", "3.10", "line 5"),
        ("conda/vendor", "1.0", "line 6"),
        ("conda/quoted", "", "line 7"),
        ("conda/plain", "", "line 8"),
        ("conda/pip", "", "line 9"),
        ("pypi/from-pip", "3.0", "line 11"),
        ("pypi/from-git", "", "line 12"),
        ("conda/after", "", "line 13"),
    ]


def test_a_list_on_one_line_is_read():
    found = read(conda, BytesSource("environment.yaml", b"dependencies: [python=3.10, 'vendor']\n"))
    assert packages(found) == [("conda/python", "3.10", "line 1"), ("conda/vendor", "", "line 1")]


def test_a_lock_gives_the_packages_of_both_managers():
    assert packages(read(conda, BytesSource("conda-lock.yml", LOCK))) == [
        ("conda/vendor", "1.0", "line 6"),
        ("pypi/from-pip", "3.0", "line 11"),
    ]


def test_an_explicit_list_gives_the_packages_of_its_addresses():
    assert packages(read(conda, BytesSource("spec.txt", EXPLICIT))) == [
        ("conda/some-vendor", "1.0", "line 3"),
        ("conda/other", "2.1", "line 4"),
    ]


def test_an_installed_package_owns_its_files():
    found = read(conda, BytesSource("vendor-1.0-0.json", INSTALLED))
    assert packages(found) == [("conda/vendor", "1.0", "name")]
    assert [fact.path for fact in found if isinstance(fact, Owns)] == [
        "../lib/libvendor.so",
        "../lib/python3.10/site-packages/vendor/",
    ]


@pytest.mark.parametrize(
    ("name", "head", "wanted"),
    [
        ("environment.yml", ENVIRONMENT, True),
        ("gpu.yaml", ENVIRONMENT, True),
        ("conda-lock.yml", LOCK, True),
        ("spec.txt", EXPLICIT, True),
        ("vendor.json", INSTALLED, True),
        ("pubspec.yaml", b"name: x\ndependencies:\n  http: ^1\n", False),
        ("package.json", b'{"name": "x"}', False),
        ("notes.txt", b"hello", False),
    ],
)
def test_condas_files_are_told_from_others_by_what_they_begin_with(name: str, head: bytes, wanted: bool):
    assert conda.wants(name, head) is wanted


@pytest.mark.parametrize("data", [b"[]", b'{"name": ""}', b'{"files": [1]}', b"{"])
def test_broken_metadata_of_an_installed_package_is_damaged(data: bytes):
    found, stopped = read_until_stopped(conda, BytesSource("x.json", data))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


@settings(max_examples=60, deadline=None)
@given(
    base=st.sampled_from(
        [("environment.yml", ENVIRONMENT), ("conda-lock.yml", LOCK), ("x.txt", EXPLICIT), ("x.json", INSTALLED)]
    ),
    data=st.binary(max_size=40),
    at=st.integers(0, 400),
)
def test_mutated_conda_files_give_observations_or_unreadable(base: tuple[str, bytes], data: bytes, at: int):
    name, good = base
    read_until_stopped(conda, BytesSource(name, good[:at] + data + good[at + len(data) :]))
