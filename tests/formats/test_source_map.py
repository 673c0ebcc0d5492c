"""The readers of source maps, in files of their own and inside scripts."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import source_map, source_map_inline, source_map_sources
from scanner.model.observation import Call, Import, Package
from scanner.model.vocabulary import Cause
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

MAP = {
    "version": 3,
    "sources": [
        "webpack:///./node_modules/@scope/one/a.js",
        "webpack:///./node_modules/@scope/one/b.js",
        "../src/app.ts",
    ],
    "sourcesContent": ['require("not-read")', None, 'import { a } from "@scope/one";\na.go();'],
    "names": ["x"],
    "mappings": "AAAA",
}
FACTS = [
    Package(purl="pkg:npm/%40scope/one", role="installed", place="sources[0]"),
    Import(language="js", name="@scope/one", place="sourcesContent[2] line 1"),
    Call(language="js", name="@scope/one.a.go", by="app.ts", place="sourcesContent[2] line 2"),
]


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("before", [b"", b")]}'\n", b"\xef\xbb\xbf"])
def test_a_map_gives_packages_and_what_its_own_sources_use(before: bytes):
    source = BytesSource("app.js.map", before + encoded(MAP))
    assert read(source_map, source) + read(source_map_sources, source) == FACTS


def test_a_map_in_sections_says_which_section():
    data = encoded({"version": 3, "sections": [{"offset": {}, "url": "x"}, {"map": MAP}]})
    source = BytesSource("app.js.map", data)
    places = [o.place for o in (*read(source_map, source), *read(source_map_sources, source))]
    assert places == [f"sections[1].{fact.place}" for fact in FACTS]


@pytest.mark.parametrize(
    "value", [{}, {"sources": None}, {"sources": [1, None]}, {"sources": [], "sourcesContent": [1]}]
)
def test_a_map_without_sources_gives_nothing(value: object):
    source = BytesSource("app.js.map", encoded(value))
    assert read(source_map, source) + read(source_map_sources, source) == []


@pytest.mark.parametrize(
    ("data", "cause"),
    [(b"", Cause.DAMAGED), (b"[]", Cause.DAMAGED), (b'{"sources": {}}', Cause.DAMAGED), (b'{"x":' * 100_000, None)],
)
def test_what_is_no_map_is_unreadable(data: bytes, cause: Cause | None):
    seen, stopped = read_until_stopped(source_map, BytesSource("a.map", data))
    assert seen == []
    assert stopped is not None
    assert cause in (None, stopped.cause)


@pytest.mark.parametrize(
    "address",
    [
        b"application/json;base64," + base64.b64encode(encoded(MAP)),
        b"application/json;charset=utf-8;base64," + base64.b64encode(encoded(MAP)) + b"\n",
        b"application/json," + quote(json.dumps(MAP)).encode(),
    ],
)
def test_a_map_inside_a_script_is_read(address: bytes):
    data = b"go();\n//# sourceMappingURL=data:" + address
    assert read(source_map_inline, BytesSource("app.js", data)) == FACTS


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"//# sourceMappingURL=app.js.map",
        b"//# sourceMappingURL=data:",
        b"//# sourceMappingURL=data:text/plain,x",
        b'var a = "sourceMappingURL=data:application/json;base64," + b',
        b'write("//# sourceMappingURL=data:application/json;base64," + b)',
        b"//# sourceMappingURL=data:application/json;base64,${map}",
    ],
)
def test_a_script_without_a_map_gives_nothing(text: bytes):
    assert read(source_map_inline, BytesSource("app.js", text)) == []


def test_a_damaged_map_inside_a_script_is_unreadable():
    data = b"//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uA"
    _, stopped = read_until_stopped(source_map_inline, BytesSource("app.js", data))
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


SOUND = encoded(MAP)


@given(junk=st.binary(max_size=20), cut=st.integers(0, len(SOUND)))
def test_a_mutated_map_gives_observations_or_unreadable(junk: bytes, cut: int):
    mutated = SOUND[:cut] + junk + SOUND[cut + len(junk) :]
    read_until_stopped(source_map, BytesSource("a.map", mutated))
    read_until_stopped(source_map_sources, BytesSource("a.map", mutated))
    inline = b"//# sourceMappingURL=data:application/json;base64," + base64.b64encode(mutated)[:-1]
    read_until_stopped(source_map_inline, BytesSource("a.js", inline))
