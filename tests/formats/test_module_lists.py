"""Lists of modules in programs of Go and Rust: made here, and by the compiler where it is installed."""

import contextlib
import json
import os
import shutil
import subprocess
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import elf, macho, pe
from scanner.formats.module_lists import go_modules, rust_modules
from scanner.model.observation import Identity, Package
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.reading import read
from tests.sources import BytesSource

LISTED = (
    "path\texample.org/door\nmod\texample.org/door\t(devel)\t\n"
    "dep\tgithub.com/acme/face\tv1.2.3\th1:x=\ndep\tgithub.com/old/thing\tv0.1.0\n=>\tgithub.com/new/thing\tv0.2.0\th1:y=\n"
)
SENTINEL = b"0123456789abcdef"


def go_record(listed: str = LISTED, flags: int = 2) -> bytes:
    def text(content: bytes) -> bytes:
        length, out = len(content), b""
        while length > 0x7F:
            out += bytes([length & 0x7F | 0x80])
            length >>= 7
        return out + bytes([length]) + content

    head = (b"\xff Go buildinf:\x08" + bytes([flags])).ljust(32, b"\0")
    return head + text(b"go1.22.1") + text(SENTINEL + listed.encode() + SENTINEL)


def listed(function, data: bytes) -> list[tuple[str, str]]:
    found = function(memoryview(data), CountingBudget())
    return [(fact.purl, fact.version) for fact in found if isinstance(fact, Package)]


def test_the_modules_of_go_are_packages_and_the_main_one_names_the_program():
    record = bytes(32) + go_record()
    assert listed(go_modules, record) == [
        ("pkg:golang/stdlib", "1.22.1"),
        ("pkg:golang/example.org/door", ""),
        ("pkg:golang/github.com/acme/face", "v1.2.3"),
        ("pkg:golang/github.com/old/thing", "v0.1.0"),
        ("pkg:golang/github.com/new/thing", "v0.2.0"),
    ]
    (name,) = (fact for fact in go_modules(memoryview(record), CountingBudget()) if isinstance(fact, Identity))
    assert name.name == "example.org/door"


@pytest.mark.parametrize("data", [b"", bytes(100), b"\xff Go buildinf:", bytes(3) + go_record()])
def test_what_holds_no_record_of_go_gives_nothing(data):
    assert listed(go_modules, data) == []


@pytest.mark.parametrize(
    ("data", "cause"), [(go_record()[:-1], Cause.DAMAGED), (go_record(flags=0), Cause.UNSUPPORTED)]
)
def test_a_list_of_go_that_cannot_be_read_is_said(data, cause):
    with pytest.raises(Unreadable) as stopped:
        listed(go_modules, data)
    assert stopped.value.cause is cause


CRATES = {
    "packages": [
        {"name": "door", "version": "1.0.0", "source": "local", "root": True, "dependencies": [1]},
        {"name": "acme-face", "version": "0.4.2", "source": "crates.io"},
        {"name": "builder", "version": "9.0.0", "source": "crates.io", "kind": "build"},
    ]
}


def test_the_crates_of_rust_are_packages_without_those_that_only_build():
    data = zlib.compress(json.dumps(CRATES).encode())
    assert listed(rust_modules, data) == [("pkg:cargo/door", "1.0.0"), ("pkg:cargo/acme-face", "0.4.2")]


@pytest.mark.parametrize("data", [b"", b"no zlib", zlib.compress(b"[]"), zlib.compress(b'{"packages": 3}')])
def test_a_broken_list_of_crates_is_damage(data):
    with pytest.raises(Unreadable) as stopped:
        listed(rust_modules, data)
    assert stopped.value.cause is Cause.DAMAGED


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(0, 300), flips=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=4))
def test_damaged_lists_give_packages_or_unreadable(cut, flips):
    for function, whole in ((go_modules, go_record()), (rust_modules, zlib.compress(json.dumps(CRATES).encode()))):
        data = bytearray(whole)
        for at, value in flips:
            data[at % len(data)] = value
        with contextlib.suppress(Unreadable):
            listed(function, bytes(data[: max(cut, 1)]))


@pytest.mark.parametrize(("system", "reader"), [("linux", elf), ("windows", pe), ("darwin", macho)])
def test_a_stripped_program_of_the_go_compiler_tells_its_modules(tmp_path, system, reader):
    if not shutil.which("go"):
        pytest.skip("go is not installed")
    (tmp_path / "go.mod").write_text("module example.org/door\ngo 1.18\n")
    (tmp_path / "main.go").write_text("package main\nfunc main() {}\n")
    surroundings = os.environ | {"GOOS": system, "GOARCH": "amd64", "CGO_ENABLED": "0", "GOCACHE": str(tmp_path / "c")}
    build = ["go", "build", "-ldflags", "-s -w", "-o", "door", "."]
    subprocess.run(build, cwd=tmp_path, env=surroundings, check=True, timeout=200, capture_output=True)
    found = read(reader, BytesSource("door", (tmp_path / "door").read_bytes()))
    assert "pkg:golang/example.org/door" in [fact.purl for fact in found if isinstance(fact, Package)]
