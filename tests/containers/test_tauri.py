"""Web pages inside programs made with Tauri: a compiled one, and the table in the forms of other systems, made here."""

import random
import struct

import brotli
import pytest

from scanner.containers import tauri
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.commands import FIXTURES
from tests.formats.apple_files import ADDRESS, macho_with
from tests.formats.windows_files import pe_with
from tests.sources import BytesSource

COMPILED = (FIXTURES / "native/libpages.so").read_bytes()
PAGES = {"/index.html": b"<html>", "/a/b.js": b"face()" * 9, "/empty.css": b""}
_MACHO_TEXT_AT = 488
_PE_BASE, _PE_CODE_RVA = 0x400000, 0x2000


def opened(program: bytes, budget: CountingBudget | None = None) -> dict[str, bytes]:
    found = tauri.members(BytesSource("program", program), budget or CountingBudget())
    return {member.name: b"".join(member.chunks()) for member in found}


def table(address: int, files: dict[str, bytes], *, upper_bits: int = 0, base: int = 0, word: str = "Q") -> bytes:
    """The texts, the contents, and the table of both, for a place at that address."""
    blob, rows = b"\1" * 8, []
    for path, content in files.items():
        spans = []
        for part in (path.encode(), content):
            spans += [address + len(blob) - base | upper_bits if part else 1, len(part)]
            blob += part
        rows.append(struct.pack(f"<4{word}", *spans))
    return blob + bytes(-len(blob) % 8) + b"".join(rows) + b"\2" * 32


def compressed(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: brotli.compress(content, quality=9) if content else b"" for path, content in files.items()}


def windows_program(files: dict[str, bytes], *, wide: bool = True) -> bytes:
    return pe_with({}, code=table(_PE_BASE + _PE_CODE_RVA, files, word="Q" if wide else "I"), wide=wide)


def test_the_pages_of_a_compiled_program_are_given_under_their_paths():
    found = opened(COMPILED)
    assert list(found) == ["(pages)/app.js", "(pages)/index.html"]
    assert found["(pages)/app.js"] == (FIXTURES / "native/source/pages/app.js").read_bytes()


@pytest.mark.parametrize("upper_bits", [0, 0x2 << 51 | 0x7F << 36])
@pytest.mark.parametrize("base", [0, ADDRESS])
def test_a_program_for_apples_systems_gives_them_whatever_its_pointers_count_from(base, upper_bits):
    constants = table(ADDRESS + _MACHO_TEXT_AT, compressed(PAGES), upper_bits=upper_bits, base=base)
    program = macho_with(constants=constants)
    assert program.find(constants) == _MACHO_TEXT_AT
    assert opened(program) == {f"(pages){path}": content for path, content in PAGES.items()}


@pytest.mark.parametrize("wide", [True, False])
def test_a_program_for_windows_gives_them(wide):
    assert opened(windows_program(compressed(PAGES), wide=wide)) == {f"(pages){p}": c for p, c in PAGES.items()}


def test_pages_that_were_stored_as_they_are_come_as_they_are():
    assert opened(windows_program(PAGES))["(pages)/a/b.js"] == PAGES["/a/b.js"]


@pytest.mark.parametrize("content", [b"", b"/build/machine/src/main.rs", brotli.compress(b"no page")])
def test_a_table_of_other_things_is_no_page_and_the_report_says_that_none_were_seen(content):
    with pytest.raises(Unreadable) as stopped:
        opened(windows_program({"/index.html": content, "/other": b"x"}))
    assert stopped.value.cause is Cause.UNSUPPORTED


def test_a_page_that_grows_without_end_stops_at_the_budget():
    bomb = brotli.compress(b"<" + bytes(64 << 20))
    with pytest.raises(Unreadable) as stopped:
        opened(windows_program({"/index.html": bomb}), CountingBudget(bytes=4 << 20))
    assert stopped.value.cause is Cause.LIMIT


def test_changed_programs_give_members_or_unreadable_within_the_budget():
    chance = random.Random(7)
    for _ in range(300):
        program = bytearray(COMPILED)
        for _ in range(chance.randrange(1, 9)):
            program[chance.randrange(len(program))] = chance.randrange(256)
        del program[chance.randrange(64, 2 * len(program)) :]
        try:
            opened(bytes(program), CountingBudget(items=100_000, bytes=4 << 20))
        except Unreadable:
            continue
