"""The reader of WebAssembly modules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import wasm
from scanner.model.observation import Library, Symbol
from scanner.model.vocabulary import Cause
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource


def name(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def section(kind: int, content: bytes) -> bytes:
    return bytes([kind, len(content)]) + content


IMPORTS = (
    b"\x04"
    + (name("env") + name("abort") + b"\x00\x05")
    + (name("./faces_bg.js") + name("match") + b"\x00\x01")
    + (name("env") + name("memory") + b"\x02\x01\x10\x80\x02")
    + (name("env") + name("a") + b"\x03\x7f\x00")
)
EXPORTS = b"\x02" + name("detect") + b"\x00\x07" + name("memory") + b"\x02\x00"
MODULE = (
    b"\0asm\x01\0\0\0"
    + section(0, name("producers") + b"junk")
    + section(2, IMPORTS)
    + section(7, EXPORTS)
    + section(10, b"code")
)


def test_imports_and_exports_are_read_and_names_of_minifiers_are_not():
    assert read(wasm, BytesSource("x.wasm", MODULE)) == [
        Symbol(name="abort", role="imports", place="import[0]"),
        Library(name="./faces_bg.js", role="links", place="import[1]"),
        Symbol(name="match", role="imports", place="import[1]"),
        Symbol(name="memory", role="imports", place="import[2]"),
        Symbol(name="detect", role="exports", place="export[0]"),
        Symbol(name="memory", role="exports", place="export[1]"),
    ]


@pytest.mark.parametrize("cut", [50, 60, 80])
def test_a_module_that_breaks_off_keeps_what_was_read(cut):
    found, stopped = read_until_stopped(wasm, BytesSource("x.wasm", MODULE[:cut]))
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED
    assert found


def test_a_table_that_lies_about_its_length_is_refused():
    lying = b"\0asm\x01\0\0\0" + b"\x02\xff\xff\xff\xff\x0f"
    found, stopped = read_until_stopped(wasm, BytesSource("x.wasm", lying))
    assert (found, stopped and stopped.cause) == ([], Cause.LIMIT)


@given(junk=st.binary(min_size=1, max_size=20), at=st.integers(8, len(MODULE)))
def test_a_bent_module_gives_observations_or_unreadable(junk, at):
    found, _ = read_until_stopped(wasm, BytesSource("x.wasm", MODULE[:at] + junk + MODULE[at + len(junk) :]))
    assert all(isinstance(one, (Library, Symbol)) for one in found)
