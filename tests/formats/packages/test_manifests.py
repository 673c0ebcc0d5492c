"""Manifests and lock files of every ecosystem with a module under manifests/.

A module there has `CASES`, and where it takes files of common names or formats that can be damaged, `WANTED` (reader,
name, head, whether it wants it) and `DAMAGED` (reader, name, content, cause).
"""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model.observation import Owns, Package
from scanner.model.vocabulary import Cause
from tests.formats.packages import manifests
from tests.formats.packages.manifest import Case
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

ECOSYSTEMS = [
    importlib.import_module(f"{manifests.__name__}.{found.name}") for found in pkgutil.iter_modules(manifests.__path__)
]


def all_of(name: str) -> list[Any]:  # Any: each list has tuples of its own
    return [one for ecosystem in ECOSYSTEMS for one in getattr(ecosystem, name, ())]


CASES: list[Case] = all_of("CASES")


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_manifest_or_lock_gives_its_packages(case: Case):
    found = read(case.reader, BytesSource(case.name, case.text.encode()))
    packages = [o for o in found if isinstance(o, Package)]
    assert [(p.purl, p.version, p.place) for p in packages if p.role == "declares"] == case.declares
    itself = [(p.purl, p.version) for p in packages if p.role == "installed"]
    assert itself == ([case.installed] if case.installed else [])
    assert [o.path for o in found if isinstance(o, Owns)] == ([case.owns] if case.owns else [])


@pytest.mark.parametrize(("reader", "name", "data", "cause"), all_of("DAMAGED"))
def test_what_is_not_what_its_name_says_is_unreadable(reader: ModuleType, name: str, data: bytes, cause: Cause):
    _, stopped = read_until_stopped(reader, BytesSource(name, data))
    assert stopped is not None
    assert stopped.cause is cause


@pytest.mark.parametrize(("reader", "name", "head", "wanted"), all_of("WANTED"))
def test_a_common_name_is_wanted_for_what_it_holds(reader: ModuleType, name: str, head: bytes, wanted: bool):
    assert reader.wants(name, head) is wanted


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
@given(junk=st.binary(max_size=20), part=st.floats(0, 1))
def test_a_mutated_file_gives_observations_or_unreadable(case: Case, junk: bytes, part: float):
    sound = case.text.encode()
    cut = int(part * len(sound))
    read_until_stopped(case.reader, BytesSource(case.name, sound[:cut] + junk + sound[cut + len(junk) :]))
