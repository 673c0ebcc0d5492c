"""The reader of package.json."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.packages import npm
from scanner.model.observation import Owns, Package
from scanner.model.vocabulary import Cause, Scope
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

MANIFEST = {
    "name": "@example/app",
    "version": "1.2.3",
    "author": {"name": "A"},
    "dependencies": {"@vendor/client-sdk": "^3.0.0", "exact": "=2.0.1", "renamed": "npm:@vendor/real@1.0.0"},
    "devDependencies": {"tool": "github:someone/tool", "odd": {"version": 1}},
    "peerDependencies": [],
    "optionalDependencies": None,
}


def source(value: object) -> BytesSource:
    return BytesSource("package.json", json.dumps(value).encode())


def test_a_package_gives_itself_and_its_dependencies():
    assert read(npm, source(MANIFEST)) == [
        Package(purl="pkg:npm/%40example/app", version="1.2.3", role="installed", publisher="A", place="name"),
        Owns(purl="pkg:npm/%40example/app", version="1.2.3", path="./", place="name"),
        Package(purl="pkg:npm/%40vendor/client-sdk", role="declares", place="dependencies.@vendor/client-sdk"),
        Package(purl="pkg:npm/exact", version="2.0.1", role="declares", place="dependencies.exact"),
        Package(purl="pkg:npm/%40vendor/real", version="1.0.0", role="declares", place="dependencies.renamed"),
        Package(purl="pkg:npm/tool", role="declares", scope=Scope.DEV, place="devDependencies.tool"),
        Package(purl="pkg:npm/odd", role="declares", scope=Scope.DEV, place="devDependencies.odd"),
    ]


@pytest.mark.parametrize("value", [{"type": "module"}, {"name": "x"}, {"name": 1, "version": "1"}, {}])
def test_a_marker_file_without_name_and_version_gives_nothing(value: object):
    assert read(npm, source(value)) == []


def test_a_byte_order_mark_is_passed_over():
    data = b"\xef\xbb\xbf" + json.dumps(MANIFEST).encode()
    assert len(read(npm, BytesSource("package.json", data))) == 7


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", Cause.DAMAGED),
        (b"[]", Cause.DAMAGED),
        (b'{"name": "x", "version"', Cause.DAMAGED),
        (b'{"name": "\xff\xfe", "version": "1"}', Cause.DAMAGED),
        (b'{"a":' * 200_000, None),
        (b" " * (17 * 1024 * 1024), Cause.LIMIT),
    ],
)
def test_what_is_no_package_file_is_unreadable(data: bytes, cause: Cause | None):
    found, stopped = read_until_stopped(npm, BytesSource("package.json", data))
    assert found == []
    assert stopped is not None
    assert cause in (None, stopped.cause)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["name", "version", "dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]


@given(value=st.dictionaries(st.sampled_from(KEYS), json_values))
def test_any_json_in_its_parts_gives_observations_or_unreadable(value: object):
    read_until_stopped(npm, source(value))


@given(data=st.binary(max_size=40), cut=st.integers(0, 300))
def test_a_mutated_package_file_gives_observations_or_unreadable(data: bytes, cut: int):
    sound = json.dumps(MANIFEST).encode()
    read_until_stopped(npm, BytesSource("package.json", sound[:cut] + data + sound[cut + len(data) :]))
